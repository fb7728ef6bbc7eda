"""What it costs to sign a labelled file with C2PA and to verify it, beside c2pa-python with its defaults; and SM2 beside gmssl.

    python benchmarks/label_c2pa.py [--runs 15] [--json]

Pictures of 1 to 2 MB (PNG, JPEG, WebP of noise over a gradient) are signed from path to path, thumbnails off, own ES256 chain, no
network; the peer is the same SDK as its examples use it: a ``Builder`` of the same manifest without settings, which makes
thumbnails. Verification reads with trust anchors, the peer's without. A 200 MB MOV shows that files are streamed: growth of the
peak memory of a process of its own. Medians; sizes are what the manifest adds. SM2: one signature and one verification of a label.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
from gmssl.sm2 import CryptSM2
from PIL import Image
from rich.console import Console
from rich.table import Table

from brightline.labels.label import ImplicitLabel
from brightline.labels.provenance import Credential, sign_c2pa, verify_c2pa
from brightline.labels.security import Sm2Key, label_message, read_public_key
from brightline.labels.security.security_data import SM3_WITH_SM2

GOALS = {"sign_ms": 50.0, "verify_ms": 20.0}  # the goals for pictures
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
LABEL = ImplicitLabel.first("001191000000MA0BR1GHTQ10001", "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")
MANIFEST = {
    "claim_generator_info": [{"name": "peer", "version": "1"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                    }
                ]
            },
        },
        {"label": "cn.tc260.aigc", "data": LABEL.fields},
    ],
}
FRAMES = 130  # of 1920 × 1080 with noise as motion JPEG: 205 MB


def pictures(folder: Path) -> dict[str, Path]:
    """One picture a format, 1 to 2 MB each."""
    random = np.random.default_rng(7)
    ramp = np.linspace(0, 200, 1920, dtype=np.float32)[None, :, None]
    pixels = (ramp + random.normal(25, 9, (1280, 1920, 3))).clip(0, 255).astype(np.uint8)
    made = {suffix: folder / f"picture.{suffix}" for suffix in MEDIA_TYPES}
    Image.fromarray(pixels[:640, :960]).save(made["png"])
    Image.fromarray(pixels).save(made["jpg"], quality=97)
    Image.fromarray(pixels).save(made["webp"], quality=97, method=2)
    return made


def median_ms(runs: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1e3)
    return round(statistics.median(times), 2)


def measured(picture: Path, credential: Credential, runs: int) -> dict[str, Any]:
    media_type = MEDIA_TYPES[picture.suffix[1:]]
    ours, theirs = picture.with_stem("ours"), picture.with_stem("theirs")

    def sign() -> None:
        sign_c2pa(picture, ours, credential, LABEL, media_type=media_type)

    def peer_sign() -> None:
        info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=credential.chain.encode(), private_key=credential.key.encode(), ta_url=None)
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(MANIFEST) as builder:
            builder.sign_file(picture, theirs, signer)

    def peer_verify() -> str:
        with c2pa.Reader(theirs) as reader:
            return reader.json()

    sign()
    peer_sign()
    found = verify_c2pa(ours, media_type, credential.root)
    assert found.state == "trusted", found
    size = picture.stat().st_size
    return {
        "file": f"{picture.suffix[1:]} {size / 1e6:.2f} MB",
        "sign_ms": median_ms(runs, sign),
        "peer_sign_ms": median_ms(runs, peer_sign),
        "verify_ms": median_ms(runs, lambda: verify_c2pa(ours, media_type, credential.root)),
        "peer_verify_ms": median_ms(runs, peer_verify),
        "adds_kb": round((ours.stat().st_size - size) / 1e3, 1),
        "peer_adds_kb": round((theirs.stat().st_size - size) / 1e3, 1),
    }


def large_file(folder: Path) -> dict[str, Any]:
    """Sign and verify a 200 MB film in a process of its own, and say how much memory that took beyond what was there before."""
    film = folder / "film.mov"
    source = ["-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30", "-frames:v", str(FRAMES), "-vf", "noise=alls=40:allf=t"]
    subprocess.run(["ffmpeg", "-v", "error", *source, "-c:v", "mjpeg", "-q:v", "2", "-y", str(film)], check=True, timeout=120)
    done = subprocess.run([sys.executable, __file__, "--film", str(film)], check=True, capture_output=True, text=True, timeout=300)
    return {"file": f"mov {film.stat().st_size / 1e6:.0f} MB", **json.loads(done.stdout)}


def film_worker(film: Path) -> None:
    credential, out = Credential.made("bench"), film.with_stem("signed")
    small = film.with_name("small.png")
    Image.new("RGB", (8, 8)).save(small)
    sign_c2pa(small, small.with_stem("warm"), credential, LABEL, media_type="image/png")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    sign_c2pa(film, out, credential, LABEL, media_type="video/quicktime")
    signed = time.perf_counter()
    state = verify_c2pa(out, "video/quicktime", credential.root).state
    ended = time.perf_counter()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert state == "trusted", state
    print(json.dumps({"sign_s": round(signed - began, 2), "verify_s": round(ended - signed, 2), "memory_grown_mb": round(grown, 1)}))


def sm2(runs: int) -> dict[str, float]:
    key, message = Sm2Key.generate(), label_message(LABEL, "producer")
    public = read_public_key(key.public_pem())
    assert public is not None
    signature = key.sign(message)
    peer = CryptSM2(f"{key.secret:064x}", "")
    peer.public_key = key.public.raw.hex()
    theirs = peer.sign_with_sm3(message)
    return {
        "sign_ms": median_ms(runs * 4, lambda: key.sign(message)),
        "peer_sign_ms": median_ms(runs, lambda: peer.sign_with_sm3(message)),
        "verify_ms": median_ms(runs * 4, lambda: public.signed(SM3_WITH_SM2, signature, [message])),
        "peer_verify_ms": median_ms(runs, lambda: peer.verify_with_sm3(theirs, message)),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--json", action="store_true")
    options.add_argument("--film", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.film:
        film_worker(chosen.film)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        credential = Credential.made("bench")
        rows = [measured(picture, credential, chosen.runs) for picture in pictures(folder).values()]
        result = {
            "machine": f"{platform.machine()} {platform.python_version()}, c2pa {c2pa.sdk_version()}",
            "pictures": rows,
            "film": large_file(folder),
            "sm2": sm2(chosen.runs),
            "goals_met": all(row[name] <= goal for row in rows for name, goal in GOALS.items()),
        }
    if chosen.json:
        print(json.dumps(result))
    else:
        show(result)
    return 0 if result["goals_met"] else 1


def show(result: dict[str, Any]) -> None:
    console = Console()
    table = Table(title=f"C2PA on pictures, thumbnails off, beside the SDK's defaults ({result['machine']})")
    headings = ("file", "sign ms", "peer ms", "verify ms", "peer ms", "adds kB", "peer kB")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "file" else "right")
    for row in result["pictures"]:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)
    console.print(f"goals: sign ≤ {GOALS['sign_ms']} ms, verify ≤ {GOALS['verify_ms']} ms: {'met' if result['goals_met'] else 'MISSED'}")
    film, curve = result["film"], result["sm2"]
    console.print(f"{film['file']}: sign {film['sign_s']} s, verify {film['verify_s']} s, memory grown by {film['memory_grown_mb']} MB")
    console.print(
        f"SM2 sign {curve['sign_ms']} ms (gmssl {curve['peer_sign_ms']}), verify {curve['verify_ms']} ms (gmssl {curve['peer_verify_ms']})"
    )


if __name__ == "__main__":
    sys.exit(main())
