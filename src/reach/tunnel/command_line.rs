//! The configured command line as a program and its arguments; no shell sees it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::client::ClientKind;
use super::tunnel_error::TunnelError;

/// Words at the beginning among which the client is looked for: `sudo`, `npx` and their like may stand before it.
const PROGRAM_WORDS: usize = 4;

/// The option by which `tailscale` leaves its tunnel behind.
const BACKGROUND: [&str; 2] = ["--bg", "-bg"];

/// A command line with the listener's address filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommandLine {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) kind: ClientKind,
}

impl CommandLine {
    /// Splits a command line as a shell would, and fills in `{addr}`, `{host}` and `{port}`.
    pub(super) fn parse(text: &str, address: SocketAddr) -> Result<Self, TunnelError> {
        let address = reachable(address);
        // A shell's escapes would eat the separators of paths.
        let text = if cfg!(windows) { text.replace('\\', "\\\\") } else { text.to_owned() };
        let words = shlex::split(&text).ok_or(TunnelError::Quotes)?;
        let fill = |word: String| {
            word.replace("{addr}", &address.to_string())
                .replace("{host}", &address.ip().to_string())
                .replace("{port}", &address.port().to_string())
        };
        let mut words: Vec<String> = words.into_iter().map(fill).collect();
        if words.is_empty() {
            return Err(TunnelError::Unset);
        }
        let names = words.iter().take(PROGRAM_WORDS).map(|word| stem(word));
        let kind = names.map(|name| ClientKind::of(&name)).find(|kind| *kind != ClientKind::Other);
        let kind = kind.unwrap_or(ClientKind::Other);
        if kind == ClientKind::Tailscale
            && let Some(option) = words.iter().find(|word| BACKGROUND.contains(&&***word))
        {
            return Err(TunnelError::Detached { option: option.clone() });
        }
        let program = words.remove(0);
        Ok(Self { program, arguments: words, kind })
    }

    /// Looks for the program: at its path, or in the folders of `PATH`.
    pub(super) fn find_program(&self) -> Result<(), TunnelError> {
        let path = Path::new(&self.program);
        let exists =
            |path: &Path| path.is_file() || path.with_added_extension(std::env::consts::EXE_EXTENSION).is_file();
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let is_bare = path.components().count() == 1;
        let is_found = exists(path) && !is_bare
            || is_bare && std::env::split_paths(&folders).any(|folder| exists(&folder.join(path)));
        if is_found { Ok(()) } else { Err(TunnelError::Absent { program: self.program.clone() }) }
    }

    /// The value of an option, written `--name value` or `--name=value`.
    pub(super) fn option(&self, names: &[&str]) -> Option<&str> {
        let mut words = self.arguments.iter();
        while let Some(word) = words.next() {
            if names.contains(&&**word) {
                return words.next().map(String::as_str);
            }
            if let Some((name, value)) = word.split_once('=')
                && names.contains(&name)
            {
                return Some(value);
            }
        }
        None
    }

    /// Tells whether an argument names this port.
    pub(super) fn names_port(&self, port: u16) -> bool {
        let port = port.to_string();
        let is_port = |part: &str| part == port;
        self.arguments.iter().any(|word| word.split(|character: char| !character.is_ascii_digit()).any(is_port))
    }
}

/// The address under which a client on this computer reaches the listener.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The name of a program without its folder and extension, in lower case.
fn stem(word: &str) -> String {
    let name = Path::new(word).file_stem().unwrap_or_default();
    name.to_string_lossy().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<CommandLine, TunnelError> {
        CommandLine::parse(text, "0.0.0.0:8989".parse().unwrap())
    }

    #[test]
    fn the_address_is_filled_in_after_the_words_are_split() {
        let command = parse("cloudflared tunnel --url 'http://{addr}' --label \"a b\"").unwrap();
        assert_eq!(command.program, "cloudflared");
        assert_eq!(command.arguments, ["tunnel", "--url", "http://127.0.0.1:8989", "--label", "a b"]);
        assert_eq!(
            parse("frpc http -l {port} -i {host}").unwrap().arguments,
            ["http", "-l", "8989", "-i", "127.0.0.1"]
        );
        let six = CommandLine::parse("x {addr}", "[::]:1".parse().unwrap()).unwrap();
        assert_eq!(six.arguments, ["[::1]:1"]);
    }

    #[test]
    fn a_program_is_looked_for_before_it_is_run() {
        let found = parse("sh -c true").unwrap().find_program();
        assert!(cfg!(windows) || found.is_ok(), "{found:?}");
        let own = std::env::current_exe().unwrap();
        parse(&shlex::try_quote(&own.to_string_lossy()).unwrap()).unwrap().find_program().unwrap();
        for absent in ["no-such-client-here http {port}", "/no/such/folder/ngrok http {port}"] {
            let error = parse(absent).unwrap().find_program().unwrap_err();
            assert!(matches!(error, TunnelError::Absent { .. }), "{error}");
        }
    }

    #[test]
    fn no_shell_sees_what_a_shell_would_act_on() {
        let command = parse("ngrok http {addr} ; rm -rf $HOME | cat > x").unwrap();
        assert_eq!(command.arguments[2..], [";", "rm", "-rf", "$HOME", "|", "cat", ">", "x"]);
    }

    #[test]
    fn the_client_is_told_by_its_name_also_behind_another_program() {
        for (text, kind) in [
            ("/opt/cloudflared-linux-amd64 tunnel", ClientKind::Cloudflared),
            ("npx --yes ngrok http 1", ClientKind::Ngrok),
            ("sudo tailscale funnel 1", ClientKind::Tailscale),
            ("frpc -c frpc.toml", ClientKind::Frpc),
            ("ssh -R 80:{addr} serveo.net", ClientKind::Other),
        ] {
            assert_eq!(parse(text).unwrap().kind, kind, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        assert!(matches!(parse("ngrok 'http"), Err(TunnelError::Quotes)));
        assert!(matches!(parse("  "), Err(TunnelError::Unset)));
        assert!(matches!(parse("tailscale funnel --bg {port}"), Err(TunnelError::Detached { .. })));
    }

    #[test]
    fn options_and_ports_are_found_however_they_are_written() {
        let command = parse("cloudflared tunnel --metrics=127.0.0.1:5 --url http://localhost:8080").unwrap();
        assert_eq!(command.option(&["--metrics"]), Some("127.0.0.1:5"));
        assert_eq!(command.option(&["--url"]), Some("http://localhost:8080"));
        assert!(command.names_port(8080) && !command.names_port(808));
    }
}
