//! The destination of what is sent at once, in words for who is about to send it.

use super::ReplayDialog;
use crate::engine::Status;

impl ReplayDialog {
    /// The target that something sent at once goes to, with its name where it has one; `None` where the dialog will ask.
    pub(crate) fn destination(&self, status: &Status) -> Option<String> {
        let targets = &status.config.targets;
        let chosen = self.choice.target.trim();
        let url = match (chosen, targets.values().next()) {
            ("", Some(_)) if targets.len() > 1 => return None,
            ("", Some(target)) => &target.url,
            ("", None) => status.config.listener.forward.as_deref()?,
            (chosen, _) => chosen,
        };
        let name = targets.iter().find(|(_, target)| target.url == url).map(|(name, _)| name);
        Some(name.map_or_else(|| url.to_owned(), |name| format!("{name} · {url}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TargetConfig;

    #[test]
    fn the_destination_is_that_of_the_last_time_else_the_only_target_else_the_forward() {
        let mut dialog = ReplayDialog::default();
        let mut status = Status::default();
        assert_eq!(dialog.destination(&status), None);
        status.config.listener.forward = Some("http://a/".to_owned());
        assert_eq!(dialog.destination(&status).as_deref(), Some("http://a/"));
        let target = |url: &str| TargetConfig { url: url.to_owned(), account: None };
        status.config.targets.insert("local".to_owned(), target("http://b/"));
        assert_eq!(dialog.destination(&status).as_deref(), Some("local · http://b/"));
        status.config.targets.insert("other".to_owned(), target("http://c/"));
        assert_eq!(dialog.destination(&status), None, "it asks which");
        dialog.choice.target = "http://c/".to_owned();
        assert_eq!(dialog.destination(&status).as_deref(), Some("other · http://c/"));
    }
}
