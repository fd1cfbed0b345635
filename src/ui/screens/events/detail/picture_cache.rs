//! Pictures that were fetched because somebody asked for them: kept in memory only, and only the latest.

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::engine::FetchedPicture;
use crate::texts::user_error::UserError;

/// The most pictures kept; an event has nine at most.
const MOST_KEPT: usize = 36;

/// The pictures by their URLs, the latest last.
#[derive(Debug, Default)]
pub(crate) struct PictureCache {
    entries: Vec<(String, FetchState)>,
}

/// The state of a picture that was asked for.
#[derive(Debug)]
pub(super) enum FetchState {
    Pending,
    Fetched(LoadedPicture),
    Failed(UserError),
}

/// A picture with its texture, which is made when it is first drawn.
pub(super) struct LoadedPicture {
    pub(super) md5: String,
    pub(super) bytes: usize,
    /// Width and height as in the file; `None` if it could not be decoded.
    pub(super) original: Option<[u32; 2]>,
    image: Option<ColorImage>,
    texture: Option<TextureHandle>,
}

impl std::fmt::Debug for LoadedPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadedPicture").field("md5", &self.md5).finish_non_exhaustive()
    }
}

impl LoadedPicture {
    fn of(fetched: FetchedPicture) -> Self {
        let FetchedPicture { md5, bytes, pixels } = fetched;
        let original = pixels.as_ref().map(|pixels| pixels.original);
        let image = pixels.map(|pixels| ColorImage::from_rgba_unmultiplied(pixels.size, &pixels.rgba));
        Self { md5, bytes, original, image, texture: None }
    }

    /// The texture of the picture, if it could be decoded.
    pub(super) fn texture(&mut self, ctx: &Context) -> Option<&TextureHandle> {
        if let Some(image) = self.image.take() {
            self.texture = Some(ctx.load_texture(&self.md5, image, TextureOptions::LINEAR));
        }
        self.texture.as_ref()
    }
}

impl PictureCache {
    /// Notes that a picture was asked for.
    pub(super) fn begin(&mut self, url: &str) {
        self.put(url.to_owned(), FetchState::Pending);
    }

    /// Takes in the outcome.
    pub(crate) fn take(&mut self, url: String, outcome: Result<Box<FetchedPicture>, UserError>) {
        let state = match outcome {
            Ok(fetched) => FetchState::Fetched(LoadedPicture::of(*fetched)),
            Err(error) => FetchState::Failed(error),
        };
        self.put(url, state);
    }

    /// The state of a picture; `None` if nobody has asked for it.
    pub(super) fn get(&mut self, url: &str) -> Option<&mut FetchState> {
        self.entries.iter_mut().find(|(other, _)| other == url).map(|(_, state)| state)
    }

    fn put(&mut self, url: String, state: FetchState) {
        self.entries.retain(|(other, _)| *other != url);
        self.entries.push((url, state));
        let surplus = self.entries.len().saturating_sub(MOST_KEPT);
        self.entries.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_pictures_are_kept() {
        let mut cache = PictureCache::default();
        for number in 0..=MOST_KEPT {
            cache.begin(&format!("http://mmbiz.qpic.cn/{number}"));
        }
        assert!(cache.get("http://mmbiz.qpic.cn/0").is_none());
        let fetched = FetchedPicture { md5: "m".to_owned(), bytes: 3, pixels: None };
        cache.take("http://mmbiz.qpic.cn/1".to_owned(), Ok(Box::new(fetched)));
        assert!(
            matches!(cache.get("http://mmbiz.qpic.cn/1"), Some(FetchState::Fetched(picture)) if picture.md5 == "m")
        );
        assert_eq!(cache.entries.len(), MOST_KEPT);
    }
}
