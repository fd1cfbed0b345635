//! The admin interface of `frpc`, as its configuration file names it: TOML of today, or INI of before.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::super::command_line::CommandLine;

/// The port that the documentation gives the interface.
const USUAL_PORT: u16 = 7_400;

/// The user that the interface takes where none is named.
const USUAL_USER: &str = "admin";

/// The largest configuration that is read, in bytes.
const MOST_READ: usize = 1 << 20;

/// The interface's address, with its user and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AdminInterface {
    pub(super) address: SocketAddr,
    pub(super) user: String,
    pub(super) password: Option<String>,
}

/// The interface of the configuration that the command line names; `None` where it is on another computer.
pub(super) async fn admin_of(command: &CommandLine) -> Option<AdminInterface> {
    let path = command.option(&["-c", "--config"]);
    let text = match path {
        Some(path) => tokio::fs::read(path).await.unwrap_or_default(),
        None => Vec::new(),
    };
    let text = String::from_utf8_lossy(text.get(..MOST_READ).unwrap_or(&text)).into_owned();
    read(&text)
}

fn read(text: &str) -> Option<AdminInterface> {
    let mut section = "";
    let (mut host, mut port) = (IpAddr::V4(Ipv4Addr::LOCALHOST), USUAL_PORT);
    let (mut user, mut password) = (USUAL_USER.to_owned(), None);
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
            section = name;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value_of(value));
        let name = match (section, name.strip_prefix("webServer.")) {
            ("webServer", _) => name,
            ("", Some(name)) => name,
            ("common", None) => name.strip_prefix("admin_").unwrap_or_default(),
            _ => continue,
        };
        match name {
            "addr" => host = value.parse().unwrap_or(host),
            "port" => port = value.parse().unwrap_or(port),
            "user" => value.clone_into(&mut user),
            "password" | "pwd" => password = Some(value.to_owned()),
            _ => {}
        }
    }
    let host = if host.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { host };
    host.is_loopback().then(|| AdminInterface { address: SocketAddr::new(host, port), user, password })
}

/// A value without its quotes and the comment behind it.
fn value_of(text: &str) -> &str {
    let text = text.trim();
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text.get(1..).and_then(|rest| rest.split(quote).next()).unwrap_or_default(),
        _ => text.split([' ', '\t', '#']).next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_configuration_are_read() {
        let expected = AdminInterface {
            address: "127.0.0.1:7411".parse().unwrap(),
            user: "me".to_owned(),
            password: Some("secret".to_owned()),
        };
        for text in [
            "serverAddr = \"x\"\nwebServer.addr = \"0.0.0.0\"\nwebServer.port = 7411 # here\nwebServer.user = 'me'\n\
             webServer.password = \"secret\"\n[[proxies]]\nport = 1\n",
            "[webServer]\naddr = \"127.0.0.1\"\nport = 7411\nuser = \"me\"\npassword = \"secret\"\n",
            "[common]\nserver_addr = x\nadmin_addr = 127.0.0.1\nadmin_port = 7411\nadmin_user = me\nadmin_pwd = secret\n\
             [web]\nlocal_port = 1\n",
        ] {
            assert_eq!(read(text), Some(expected.clone()), "{text}");
        }
    }

    #[test]
    fn without_a_word_about_it_the_usual_port_is_asked_and_another_computer_never() {
        assert_eq!(read("").map(|admin| admin.address), Some("127.0.0.1:7400".parse().unwrap()));
        assert_eq!(read("webServer.addr = \"192.168.1.2\""), None);
    }
}
