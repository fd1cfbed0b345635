//! The reasons why a tunnel does not run.

use std::io;

use crate::texts::user_error::UserError;

/// A tunnel that cannot be started, or whose client has ended.
#[derive(Debug, thiserror::Error)]
pub enum TunnelError {
    /// No command is configured.
    #[error(
        "cannot start a tunnel: there is no command; write one under [tunnel] in config.toml, such as command = \"cloudflared \
         tunnel --url http://{{addr}}\""
    )]
    Unset,
    /// There is no listener to lead to.
    #[error("cannot start a tunnel: nothing listens here for it to lead to; start listening first, in Settings")]
    NoListener,
    /// The quotes of the command line do not match.
    #[error(
        "cannot start the tunnel: a quote in its command is not closed; mend the command under [tunnel] in config.toml"
    )]
    Quotes,
    /// The client would run on by itself.
    #[error(
        "cannot start the tunnel: with {option} the client would stay when menuscope ends; leave {option} out of the command"
    )]
    Detached {
        /// The option at fault.
        option: String,
    },
    /// The program is not there.
    #[error(
        "cannot start the tunnel: there is no program {program}; install it, or write its whole path in the command"
    )]
    Absent {
        /// The first word of the command.
        program: String,
    },
    /// The program cannot be run.
    #[error("cannot start the tunnel with {program}: {source}; check the command under [tunnel] in config.toml")]
    Start {
        /// The first word of the command.
        program: String,
        source: io::Error,
    },
    /// The client has ended by itself, and said nothing.
    #[error(
        "the tunnel's client has ended ({status}) without a word and is started again in {seconds} s; try its command by hand"
    )]
    EndedSilently {
        /// The exit status or signal.
        status: String,
        /// The pause before the next start.
        seconds: u64,
    },
    /// The client has ended by itself.
    #[error("the tunnel's client has ended ({status}) and is started again in {seconds} s; its last lines say why")]
    Ended {
        /// The exit status or signal.
        status: String,
        /// The pause before the next start.
        seconds: u64,
    },
}

impl From<&TunnelError> for UserError {
    fn from(error: &TunnelError) -> Self {
        match error {
            TunnelError::Unset => Self::of("user_error.tunnel.unset", error),
            TunnelError::NoListener => Self::of("user_error.tunnel.no_listener", error),
            TunnelError::Quotes => Self::of("user_error.tunnel.quotes", error),
            TunnelError::Detached { option } => Self::of("user_error.tunnel.detached", error).with("option", option),
            TunnelError::Absent { program } => Self::of("user_error.tunnel.absent", error).with("program", program),
            TunnelError::Start { program, source } => {
                Self::of("user_error.tunnel.start", error).with("program", program).with("cause", source)
            }
            TunnelError::EndedSilently { status, seconds } => {
                Self::of("user_error.tunnel.ended_silently", error).with("status", status).with("seconds", seconds)
            }
            TunnelError::Ended { status, seconds } => {
                Self::of("user_error.tunnel.ended", error).with("status", status).with("seconds", seconds)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_said_in_both_languages() {
        let program = || "ngrok".to_owned();
        for error in [
            TunnelError::Unset,
            TunnelError::NoListener,
            TunnelError::Quotes,
            TunnelError::Detached { option: "--bg".to_owned() },
            TunnelError::Absent { program: program() },
            TunnelError::Start { program: program(), source: io::Error::from(io::ErrorKind::PermissionDenied) },
            TunnelError::Ended { status: "exit status: 1".to_owned(), seconds: 4 },
            TunnelError::EndedSilently { status: "exit status: 1".to_owned(), seconds: 4 },
        ] {
            UserError::from(&error).assert_said();
        }
    }
}
