//! Conformance runner, simulators and shared test support.
