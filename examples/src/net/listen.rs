//! Dialling from a given source address, and listening for all peers at once.

use std::io;
use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::Security;

/// Connections that the kernel may hold until they are accepted.
const BACKLOG: u32 = 128;

fn socket_for(address: IpAddr) -> io::Result<TcpSocket> {
    match address {
        IpAddr::V4(_) => TcpSocket::new_v4(),
        IpAddr::V6(_) => TcpSocket::new_v6(),
    }
}

/// Opens a connection to `remote`, from `local` where it is given.
///
/// # Errors
///
/// What the system says; protection that cannot be set is an error of kind
/// [`io::ErrorKind::Other`] that holds the [`SecureError`](super::SecureError).
pub async fn dial(
    local: Option<IpAddr>,
    remote: SocketAddr,
    security: &Security,
) -> io::Result<TcpStream> {
    let socket = socket_for(remote.ip())?;
    if let Some(local) = local {
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::new(local, 0))?;
    }
    let options = SockRef::from(&socket);
    security
        .sign(&options, remote.ip().into())
        .map_err(io::Error::other)?;
    security
        .limit_hops(&options, remote.ip())
        .map_err(io::Error::other)?;
    let stream = socket.connect(remote).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Listens on `address`, knowing the keys of all `peers` of its family.
///
/// # Errors
///
/// As [`dial`]. An IPv6 socket takes IPv6 only, so that both families can listen on
/// the same port.
pub fn bind<'a>(
    address: SocketAddr,
    peers: impl IntoIterator<Item = (IpNet, &'a Security)>,
) -> io::Result<TcpListener> {
    let socket = socket_for(address.ip())?;
    let options = SockRef::from(&socket);
    if address.is_ipv6() {
        options.set_only_v6(true)?;
    }
    socket.set_reuseaddr(true)?;
    for (peer, security) in peers {
        if peer.addr().is_ipv4() == address.is_ipv4() {
            security.sign(&options, peer).map_err(io::Error::other)?;
        }
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::super::SecureError;
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    }

    fn local(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 0)
    }

    #[test]
    fn dials_from_the_source_address() {
        runtime().block_on(async {
            let listener = bind(local("127.0.0.1"), []).unwrap();
            let remote = listener.local_addr().unwrap();
            let source: IpAddr = "127.0.0.2".parse().unwrap();
            let mut stream = dial(Some(source), remote, &Security::default())
                .await
                .unwrap();
            let (mut accepted, from) = listener.accept().await.unwrap();
            assert_eq!(from.ip(), source);
            stream.write_all(b"hello").await.unwrap();
            let mut bytes = [0; 5];
            accepted.read_exact(&mut bytes).await.unwrap();
            assert_eq!(&bytes, b"hello");
        });
    }

    #[test]
    fn refuses_a_key_that_is_too_long() {
        runtime().block_on(async {
            let security = Security {
                password: Some("x".repeat(81)),
                hops: None,
                ttl: None,
            };
            let error = dial(None, local("127.0.0.1"), &security).await.unwrap_err();
            let cause = error
                .get_ref()
                .and_then(|cause| cause.downcast_ref::<SecureError>());
            assert!(
                matches!(cause, Some(SecureError::PasswordTooLong { .. })),
                "{error}"
            );
        });
    }

    #[test]
    fn never_prints_the_key() {
        let security = Security {
            password: Some("secret".into()),
            hops: None,
            ttl: None,
        };
        assert!(!format!("{security:?}").contains("secret"));
    }

    /// Signed and unsigned ends do not connect; equally signed ones do. Where the
    /// kernel has no MD5 signatures, asking for one is an error.
    fn signs_with_md5_where_the_kernel_can(keyed: &str) {
        runtime().block_on(async {
            let peer: IpAddr = "127.0.0.1".parse().unwrap();
            let key = Security {
                password: Some("secret".into()),
                hops: None,
                ttl: None,
            };
            let listener = match bind(local("127.0.0.1"), [(keyed.parse().unwrap(), &key)]) {
                Ok(listener) => listener,
                Err(error) => {
                    assert!(
                        error.to_string().contains("no TCP MD5 signature"),
                        "{error}"
                    );
                    return;
                }
            };
            let remote = listener.local_addr().unwrap();
            assert!(dial(Some(peer), remote, &key).await.is_ok());
            let none = Security::default();
            let unsigned = dial(Some(peer), remote, &none);
            let patience = std::time::Duration::from_millis(300);
            assert!(tokio::time::timeout(patience, unsigned).await.is_err());
        });
    }

    #[test]
    fn a_session_can_be_kept_on_the_link() {
        runtime().block_on(async {
            let listener = bind(local("127.0.0.1"), []).unwrap();
            let remote = listener.local_addr().unwrap();
            for (ttl, expected) in [(Some(1), 1), (Some(7), 7)] {
                let security = Security {
                    ttl,
                    ..Security::default()
                };
                let stream = dial(None, remote, &security).await.unwrap();
                assert_eq!(SockRef::from(&stream).ttl_v4().unwrap(), expected);
            }
        });
    }

    #[test]
    fn a_peer_has_a_key() {
        signs_with_md5_where_the_kernel_can("127.0.0.1/32");
    }

    #[test]
    fn a_range_has_a_key() {
        signs_with_md5_where_the_kernel_can("127.0.0.0/29");
    }
}
