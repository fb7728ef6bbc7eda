"""Pictures for the lossless evaluation: by Pillow with its libraries (zlib, libjpeg-turbo, libwebp, libtiff, libavif), by ffmpeg's own
encoders, and a HEIC of libx265 in boxes made by hand (no encoder of HEIC is at hand)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.labels.variants import Variant, by_ffmpeg, picture
from PIL import Image, ImageCms, PngImagePlugin

__all__ = ["pictures"]

_XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    b"<dc:format>foreign</dc:format></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)


def pictures() -> Iterator[Variant]:
    """All variants of all picture formats."""
    yield from _png()
    yield from _jpeg()
    yield from _webp()
    yield from _gif()
    yield from _tiff()
    yield from _avif_and_heic()


def _png() -> Iterator[Variant]:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield _by_pillow("png", ".png", mode)
    yield _by_pillow("png", ".png", "RGB", "optimize", optimize=True)
    yield _by_pillow("png", ".png", "RGB", "stored", compress_level=0)
    yield _by_pillow("png", ".png", "P", "4 bits, transparent", bits=4, transparency=2)
    yield _by_pillow("png", ".png", "RGB", "EXIF, ICC, texts", exif=_exif(), icc_profile=_icc(), pnginfo=_texts())
    yield _by_pillow("png", ".png", "RGB", "XMP of others", pnginfo=_texts(xmp=True))
    yield _several("png", ".png", "RGBA", "animated", duration=[80, 40, 120], loop=2)
    yield _several("png", ".png", "RGBA", "animated, blended, disposed", duration=50, blend=1, disposal=1, default_image=True)
    for pixels in ("rgb48be", "rgba64be", "gray16be", "ya16be", "pal8", "monob", "gray", "ya8"):
        yield _ffmpeg("png", ".png", "png", pixels, "-pix_fmt", pixels)
    yield _ffmpeg("png", ".png", "png", "interlaced", "-flags", "+ildct", "-pix_fmt", "rgb24")
    yield _ffmpeg("png", ".png", "png", "interlaced 16 bit, Paeth", "-flags", "+ildct", "-pred", "paeth", "-pix_fmt", "rgba64be")
    yield _ffmpeg("png", ".png", "apng", "animated", "-pix_fmt", "rgba", "-f", "apng", "-plays", "3", frames=4)


def _jpeg() -> Iterator[Variant]:
    for mode in ("L", "RGB", "CMYK"):
        yield _by_pillow("jpeg", ".jpg", mode)
        yield _by_pillow("jpeg", ".jpg", mode, "progressive", progressive=True, quality=95)
    for sampling in ("4:4:4", "4:2:2", "4:2:0"):
        yield _by_pillow("jpeg", ".jpg", "RGB", sampling, subsampling=sampling, quality=88)
    yield _by_pillow("jpeg", ".jpg", "RGB", "optimized", optimize=True, quality=30)
    yield _by_pillow("jpeg", ".jpg", "RGB", "restart markers", restart_marker_blocks=2)
    yield _by_pillow("jpeg", ".jpg", "RGB", "kept as RGB", keep_rgb=True)
    yield _by_pillow("jpeg", ".jpg", "RGB", "own tables", qtables=[[17] * 64, [23] * 64])
    yield _by_pillow("jpeg", ".jpg", "RGB", "EXIF with orientation", exif=_exif(orientation=6), dpi=(300, 300))
    yield _by_pillow("jpeg", ".jpg", "RGB", "ICC of three segments", icc_profile=_icc() + bytes(150_000))
    yield _by_pillow("jpeg", ".jpg", "RGB", "comment and XMP of others", comment=b"made for a test", xmp=_XMP)
    # Pillow 13 writes a wrong length for the third picture of an MPO; such a file is refused (BL-LABEL-011).
    yield _several("jpeg", ".jpg", "RGB", "two pictures (MPO)", saved_as="MPO", least=8, more=1)
    for pixels in ("yuvj420p", "yuvj422p", "yuvj444p", "gray"):
        yield _ffmpeg("jpeg", ".jpg", "mjpeg", pixels, "-pix_fmt", pixels, "-q:v", "3")
    yield _ffmpeg("jpeg", ".jpg", "mjpeg", "default tables", "-pix_fmt", "yuvj420p", "-huffman", "default")
    yield _ffmpeg("jpeg", ".jpg", "ljpeg", "lossless", "-pix_fmt", "yuvj444p", "-f", "image2", "-update", "1")


def _webp() -> Iterator[Variant]:
    for mode in ("RGB", "RGBA"):
        yield _by_pillow("webp", ".webp", mode)
        yield _by_pillow("webp", ".webp", mode, "lossless", lossless=True)
    yield _by_pillow("webp", ".webp", "RGBA", "lossless, exact", lossless=True, exact=True)
    yield _by_pillow("webp", ".webp", "RGBA", "alpha quality 20", alpha_quality=20, quality=20, method=6)
    yield _by_pillow("webp", ".webp", "RGB", "EXIF, ICC, XMP of others", exif=_exif(), icc_profile=_icc(), xmp=_XMP)
    yield _several("webp", ".webp", "RGBA", "animated", duration=[30, 60, 90], loop=1)
    yield _several("webp", ".webp", "RGB", "animated, lossless", lossless=True, duration=40)
    yield _several("webp", ".webp", "RGBA", "animated, mixed, with EXIF", allow_mixed=True, exif=_exif(), background=(9, 9, 9, 9))
    yield _ffmpeg("webp", ".webp", "libwebp", "yuv420p", "-pix_fmt", "yuv420p", "-c:v", "libwebp")
    yield _ffmpeg("webp", ".webp", "libwebp", "lossless", "-pix_fmt", "bgra", "-lossless", "1", "-c:v", "libwebp")
    yield _ffmpeg("webp", ".webp", "libwebp_anim", "animated", "-c:v", "libwebp_anim", "-loop", "2", frames=4)


def _gif() -> Iterator[Variant]:
    for mode in ("1", "L", "P", "RGB"):
        yield _by_pillow("gif", ".gif", mode, interlace=0)
    yield _by_pillow("gif", ".gif", "P", "interlaced, optimized", interlace=1, optimize=True)
    yield _by_pillow("gif", ".gif", "P", "transparent, comment", transparency=3, comment=b"made for a test")
    yield _several("gif", ".gif", "P", "animated", duration=[50, 70, 90], loop=0)
    yield _several("gif", ".gif", "RGB", "animated, disposed", duration=60, disposal=2, loop=3)
    yield _several("gif", ".gif", "RGBA", "animated, transparent, local palettes", duration=60, disposal=1)
    yield _ffmpeg("gif", ".gif", "gif", "single", "-frames:v", "1")
    yield _ffmpeg("gif", ".gif", "gif", "animated, offsets", "-gifflags", "+offsetting+transdiff", "-loop", "5", frames=5)


def _tiff() -> Iterator[Variant]:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I;16B", "I", "F"):
        yield _by_pillow("tiff", ".tif", mode)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "tiff_deflate", "zstd", "lzma"):
        yield _by_pillow("tiff", ".tif", "RGB", compression, compression=compression)
    for compression in ("group3", "group4", "tiff_ccitt"):
        yield _by_pillow("tiff", ".tif", "1", compression, compression=compression)
    yield _by_pillow("tiff", ".tif", "RGB", "JPEG inside", compression="jpeg", quality=80)
    yield _by_pillow("tiff", ".tif", "RGB", "predictor, small strips", compression="tiff_lzw", tiffinfo={317: 2}, strip_size=2048)
    yield _by_pillow("tiff", ".tif", "RGB", "BigTIFF", big_tiff=True)
    yield _by_pillow("tiff", ".tif", "RGB", "EXIF, ICC, XMP of others", exif=_exif(), icc_profile=_icc(), tiffinfo={700: _XMP})
    yield _several("tiff", ".tif", "RGB", "several pages", compression="tiff_lzw")
    yield _several("tiff", ".tif", "RGB", "several pages, BigTIFF", big_tiff=True)
    for pixels in ("rgb24", "rgb48le", "gray16le", "pal8", "monob", "yuv422p", "rgba"):
        yield _ffmpeg("tiff", ".tif", "tiff", pixels, "-pix_fmt", pixels, "-compression_algo", "lzw" if pixels == "rgb48le" else "packbits")
    yield _ffmpeg("tiff", ".tif", "tiff", "deflate", "-pix_fmt", "rgb24", "-compression_algo", "deflate")


def _avif_and_heic() -> Iterator[Variant]:
    for mode in ("RGB", "RGBA", "L"):
        yield _by_pillow("avif", ".avif", mode, "speed 10", speed=10)
    yield _by_pillow("avif", ".avif", "RGB", "4:4:4, quality 100", speed=10, subsampling="4:4:4", quality=100)
    yield _by_pillow("avif", ".avif", "RGB", "EXIF, ICC, XMP of others", speed=10, exif=_exif(orientation=3), icc_profile=_icc(), xmp=_XMP)
    yield _several("avif", ".avif", "RGB", "animated", speed=10, duration=40)
    yield _ffmpeg("avif", ".avif", "libaom-av1", "still", "-c:v", "libaom-av1", "-cpu-used", "8", "-still-picture", "1", "-f", "avif")
    yield Variant("heic", ".heic", "ffmpeg libx265", "own boxes", lambda path, _: _heic(path, exif=False))
    yield Variant("heic", ".heic", "ffmpeg libx265", "own boxes, EXIF item", lambda path, _: _heic(path, exif=True))


# The encoders


def _by_pillow(format_: str, suffix: str, mode: str, what: str = "", **options: Any) -> Variant:
    def make(path: Path, number: int) -> None:
        least = 16 if options.get("compression") == "jpeg" else 1
        picture(number, mode, least).save(path, **options)

    return Variant(format_, suffix, f"Pillow {format_}", ", ".join(filter(None, (mode, what))), make)


def _several(
    format_: str, suffix: str, mode: str, what: str, *, saved_as: str | None = None, least: int = 2, more: int = 2, **options: Any
) -> Variant:
    def make(path: Path, number: int) -> None:
        first = picture(number, mode, least)
        others = [picture(number + 5 * step, mode, least).resize(first.size) for step in range(1, more + 1)]
        first.save(path, saved_as, save_all=True, append_images=others, **options)

    return Variant(format_, suffix, f"Pillow {format_}", f"{mode}, {what}", make)


def _ffmpeg(format_: str, suffix: str, encoder: str, what: str, *options: str, frames: int = 1) -> Variant:
    def make(path: Path, number: int) -> None:
        width, height = picture(number, least=16).size
        source = f"testsrc2=size={width // 2 * 2}x{height // 2 * 2}:rate=10,hue=h={number * 37}"
        by_ffmpeg(path, "-f", "lavfi", "-i", source, "-frames:v", str(frames), *(() if "-c:v" in options else ("-c:v", encoder)), *options)

    return Variant(format_, suffix, f"ffmpeg {encoder}", what, make)


def _heic(path: Path, *, exif: bool) -> None:
    from tests.labels.containers.stills import Part, heic

    block = bytes(4) + _exif()[6:]
    path.write_bytes(heic(Part(b"Exif", block, describes=1)) if exif else heic())


# What others wrote beside the pixels


def _exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0131] = "Made for a test", "Camera 1", orientation, "A program"
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0a comment"
    return exif.tobytes()


def _icc() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _texts(*, xmp: bool = False) -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "A person")
    texts.add_itxt("Title", "标题", "zh", zip=True)
    if xmp:
        texts.add_itxt("XML:com.adobe.xmp", _XMP.decode())
    return texts
