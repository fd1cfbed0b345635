//! Pictures that a person asks to see: fetched on the runtime, decoded beside it, and never kept on disk.

use std::sync::Arc;

use image::{ImageReader, Limits};
use tokio::runtime::Runtime;

use super::notice::DetailNotice;
use super::notice_sender::NoticeSender;
use crate::delivery::HttpClient;
use crate::texts::user_error::UserError;
use crate::wechat::compose::picture_md5;

/// The longest side that is decoded, and the memory that decoding may take: a small file can claim any size.
const LONGEST_SIDE: u32 = 12_000;
const MOST_MEMORY: u64 = 192 << 20;

/// The longest side of the pixels that are handed over: more than a pane shows.
const SHOWN_SIDE: u32 = 1_024;

/// A picture as it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedPicture {
    /// MD5 of its bytes, to compare with `PicMd5Sum`.
    pub md5: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// `None` if it is neither JPEG nor PNG, or damaged.
    pub pixels: Option<Pixels>,
}

/// A decoded picture, made smaller where it is large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Width and height as in the file.
    pub original: [u32; 2],
    /// Width and height of `rgba`.
    pub size: [usize; 2],
    /// Four bytes for each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// The fetcher: its tasks end with the runtime.
#[derive(Debug)]
pub(super) struct PictureFetcher {
    pub(super) runtime: Arc<Runtime>,
    pub(super) http_client: HttpClient,
    pub(super) notices: NoticeSender,
}

impl PictureFetcher {
    /// Begins to fetch; the outcome comes as a notice.
    pub(super) fn fetch(&self, url: String) {
        let (http_client, notices) = (self.http_client.clone(), self.notices.clone());
        self.runtime.spawn(async move {
            let fetched = http_client.fetch_picture(&url).await;
            // Decoding takes tenths of a second, and sending may wait for the window: nothing for a worker of the listener.
            tokio::task::spawn_blocking(move || {
                let outcome = fetched.map(|bytes| Box::new(FetchedPicture::of(&bytes)));
                let outcome = outcome.map_err(|error| UserError::from(&error));
                notices.send(DetailNotice::PictureFetched { url, outcome });
            });
        });
    }
}

impl FetchedPicture {
    /// Reads and decodes a picture.
    fn of(bytes: &[u8]) -> Self {
        Self { md5: picture_md5(bytes), bytes: bytes.len(), pixels: Pixels::decode(bytes) }
    }
}

impl Pixels {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(LONGEST_SIDE), Some(LONGEST_SIDE));
        limits.max_alloc = Some(MOST_MEMORY);
        let mut reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
        reader.limits(limits);
        let decoded = reader.decode().ok()?;
        let original = [decoded.width(), decoded.height()];
        let is_large = original.iter().any(|side| *side > SHOWN_SIDE);
        let shown = if is_large { decoded.thumbnail(SHOWN_SIDE, SHOWN_SIDE) } else { decoded };
        let rgba = shown.into_rgba8();
        let size = [rgba.width() as usize, rgba.height() as usize];
        Some(Self { original, size, rgba: rgba.into_raw() })
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, RgbImage};

    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, image::Rgb([200, 30, 40])))
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_decoded_and_made_small_enough_to_draw() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let picture = FetchedPicture::of(&encoded(2_048, 1_024, format));
            let pixels = picture.pixels.unwrap();
            assert_eq!((pixels.original, pixels.size), ([2_048, 1_024], [1_024, 512]));
            assert_eq!(pixels.rgba.len(), 1_024 * 512 * 4);
            assert!(pixels.rgba[0] > 180 && pixels.rgba[1] < 60, "{:?}", &pixels.rgba[..4]);
        }
    }

    #[test]
    fn bytes_that_are_no_picture_still_have_a_sum() {
        let picture = FetchedPicture::of(b"abc");
        assert_eq!((&*picture.md5, picture.bytes, picture.pixels), ("900150983cd24fb0d6963f7d28e17f72", 3, None));
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_not_decoded() {
        assert_eq!(Pixels::decode(&encoded(LONGEST_SIDE + 1, 1, ImageFormat::Png)), None);
    }
}
