"""The quirk corpus: every form of a label that real files were seen to have (labels.md, 1.3; rules.md, 2.6), as a small file each.

Each row says what verification has to answer: state, presence, compliance, the form of each label, fields, odd things, and checks that
must fail or warn. Values follow the public files; numbers of contents and all names are made up. ``source`` says where the form was seen.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.labels.quirks import file_forms as forms

BYTEDANCE = "001191110102MACQD9K64018705"
BYTEDANCE_PROPAGATOR = "001191110102MACQD9K64028705"
QUOTED_UUIDS = "001191110102MAD55U9H0F10002"
TENCENT = "001191440300708461136T1XGW3"
HONOR = "001191440300MA5G49LC9K1YO01"
NUMBER = "6c8a40fd-32bf-4c7b-ab59-23579ff95828"


@dataclass(frozen=True, slots=True)
class Quirk:
    """One file and what verification has to say of it. ``forms``: the form of each label that counts, in any order."""

    name: str
    source: str
    file_name: str
    data: bytes
    state: str = "confirmed"
    presence: str = "declared"
    compliance: str = "ok"
    forms: tuple[str, ...] = ("bare",)
    quoted: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    defects: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()
    warns: frozenset[str] = frozenset()
    traces: frozenset[str] = frozenset()


def seven(**changed: str) -> dict[str, str]:
    """Seven values as ByteDance's services write them; ``changed`` by key."""
    values = {
        "Label": "1",
        "ContentProducer": BYTEDANCE,
        "ProduceID": NUMBER,
        "ReservedCode1": "",
        "ContentPropagator": BYTEDANCE_PROPAGATOR,
        "PropagateID": NUMBER,
        "ReservedCode2": "",
    }
    return values | changed


def bare(**changed: str) -> str:
    return json.dumps(seven(**changed), separators=(",", ":"))


def wrapped(**changed: str) -> str:
    return json.dumps({"AIGC": seven(**changed)}, separators=(",", ":"))


def element(value: str) -> str:
    return f"<TC260:AIGC>{html.escape(value, quote=False)}</TC260:AIGC>"


def corpus() -> Iterator[Quirk]:
    """All rows, by kind of file."""
    yield from _png()
    yield from _jpeg()
    yield from _other_pictures()
    yield from _films()
    yield from _sounds()
    yield from _documents()
    yield from _markdown()
    yield from _states()


def _png() -> Iterator[Quirk]:
    packet = forms.xmp(element(bare()))
    xmp_chunk = forms.international_chunk("XML:com.adobe.xmp", packet)
    raw = forms.text_chunk("AIGC", bare())
    yield Quirk("png XMP", "1.3: Doubao, Jimeng", "a.png", forms.png(xmp_chunk), forms=("element",), fields={"ContentProducer": BYTEDANCE})
    yield Quirk("png raw tEXt", "1.3: Doubao", "a.png", forms.png(raw))
    yield Quirk("png zTXt", "6.2: also read", "a.png", forms.png(forms.compressed_chunk("AIGC", bare())))
    yield Quirk("png XMP after the pixels", "1.3", "a.png", forms.png(after_pixels=[xmp_chunk]), forms=("element",))
    yield Quirk("png wrapped tEXt", "1.3; 20259A Annex B", "a.png", forms.png(forms.text_chunk("AIGC", wrapped())), forms=("wrapped",))
    attribute = forms.xmp(attributes=f'TC260:AIGC="{html.escape(bare())}"')
    yield Quirk(
        "png XMP attribute",
        "1.3: PicWish",
        "a.png",
        forms.png(forms.international_chunk("XML:com.adobe.xmp", attribute)),
        forms=("attribute",),
    )
    cut = forms.xmp(element(bare()[:-30]))
    yield Quirk(
        "png XMP label cut off", "6.4", "a.png", forms.png(forms.international_chunk("XML:com.adobe.xmp", cut)),
        state="suspected", compliance="defects", forms=("unreadable",), fails=frozenset({"label.object"}),
    )  # fmt: skip
    fields = "".join(f"<TC260:{key}>{value}</TC260:{key}>" for key, value in seven().items())
    parts = forms.xmp(f'<TC260:AIGC rdf:parseType="Resource">{fields}</TC260:AIGC>')
    yield Quirk(
        "png XMP with a property for every key", "1.3", "a.png", forms.png(forms.international_chunk("XML:com.adobe.xmp", parts)),
        forms=("element",), defects=frozenset({"structured"}), warns=frozenset({"label.structured"}),
    )  # fmt: skip
    twice = forms.xmp(element(html.escape(bare())))
    yield Quirk(
        "png XMP with JSON escaped as HTML", "1.3", "a.png", forms.png(forms.international_chunk("XML:com.adobe.xmp", twice)),
        forms=("element",), defects=frozenset({"escaped"}), warns=frozenset({"label.escaped"}),
    )  # fmt: skip
    other = forms.xmp(element(bare()).replace("TC260:", "C260:"), prefix="C260", namespace="http://www.tc260.org.cn/ns/AIGC/")
    yield Quirk(
        "png XMP in another namespace", "1.3: C260", "a.png", forms.png(forms.international_chunk("XML:com.adobe.xmp", other)),
        forms=("element",), compliance="defects", defects=frozenset({"xmp-namespace"}), fails=frozenset({"xmp.namespace"}),
    )  # fmt: skip
    yield Quirk(
        "png two labels", "0.1", "a.png", forms.png(xmp_chunk, raw),
        forms=("element", "bare"), compliance="defects", fails=frozenset({"label.exactly_one"}),
    )  # fmt: skip
    contradicting = forms.text_chunk("AIGC", bare(Label="3"))
    yield Quirk(
        "png two labels that differ", "0.1", "a.png", forms.png(xmp_chunk, contradicting),
        forms=("element", "bare"), compliance="defects", fails=frozenset({"label.exactly_one", "label.agree"}),
    )  # fmt: skip
    inner = json.dumps({"AIGC": bare()})
    yield Quirk("png string in a string", "1.3", "a.png", forms.png(forms.text_chunk("AIGC", inner)), forms=("escaped",))
    encoded = base64.urlsafe_b64encode(bare().encode()).decode()
    yield Quirk(
        "png Base64 of a vendor's interface", "1.1: Tencent Cloud's transport", "a.png", forms.png(forms.text_chunk("AIGC", encoded)),
        compliance="defects", defects=frozenset({"base64"}), fails=frozenset({"label.base64"}),
    )  # fmt: skip
    vendor = json.dumps({"AIGC": {"ServiceProvider": "made-up", "ServiceUser": "u-1", "Time": "2026-01-01", "ContentId": "c-1"}})
    yield Quirk(
        "png fields of a cloud service", "1.3: Tencent Cloud", "a.png", forms.png(forms.text_chunk("AIGC", vendor)),
        forms=("vendor",), compliance="defects", fails=frozenset({"label.vendor_schema"}),
    )  # fmt: skip


def _jpeg() -> Iterator[Quirk]:
    yield Quirk("jpeg XMP", "6.2", "a.jpg", forms.jpeg(forms.xmp_segment(forms.xmp(element(bare())))), forms=("element",))
    comment = forms.user_comment(wrapped())
    yield Quirk("jpeg EXIF UserComment", "1.3; Huawei", "a.jpg", forms.jpeg(exif_sub={0x9286: comment}), forms=("wrapped",))
    yield Quirk("jpeg EXIF ImageDescription", "1.3", "a.jpg", forms.jpeg(exif={0x010E: wrapped()}), forms=("wrapped",))
    glued = (0xE8, b"AIGC" + bare().encode())
    yield Quirk("jpeg bare blob in an APP segment", "1.3", "a.jpg", forms.jpeg(glued), warns=frozenset({"label.standard_place"}))
    yield Quirk("jpeg comment segment", "1.3", "a.jpg", forms.jpeg((0xFE, wrapped().encode())), forms=("wrapped",))
    nested = {"AIGC": seven(ReservedCode1={"SecurityData": {"Type": "TC260PG"}})}  # type: ignore[arg-type]  # as the file has it
    yield Quirk(
        "jpeg reserved code that is an object", "rules 2.6: Honor", "a.jpg", forms.jpeg(exif_sub={0x9286: forms.user_comment(json.dumps(nested))}),
        forms=("wrapped",), compliance="defects", defects=frozenset({"not-a-string"}), fails=frozenset({"label.value.type"}),
    )  # fmt: skip
    rsa = json.dumps({"SecurityData": {"Type": "TC260PG", "Version": 1, "PubSD": [{"Type": "DS", "AlgID": "RSA", "Signature": "QUJD==="}]}})
    honor = forms.user_comment(wrapped(ContentProducer=HONOR, ContentPropagator=HONOR, ReservedCode1=rsa))
    yield Quirk("jpeg with RSA security data", "rules 2.6: Honor", "a.jpg", forms.jpeg(exif_sub={0x9286: honor}), forms=("wrapped",))


def _other_pictures() -> Iterator[Quirk]:
    packet = forms.xmp(element(bare()))
    for kind in ("webp", "tiff", "avif"):
        yield Quirk(f"{kind} XMP", "6.2", f"a.{kind}", forms.with_xmp(kind, packet), forms=("element",))


def _films() -> Iterator[Quirk]:
    keyed = forms.keyed_meta("AIGC", bare())
    yield Quirk("mp4 udta.meta keys", "1.3", "a.mp4", forms.mp4(forms.box(b"udta", keyed)))
    yield Quirk("mp4 bare moov.meta", "1.3: Doubao iOS", "a.mp4", forms.mp4(keyed), warns=frozenset({"label.standard_place"}))
    keyless = forms.box(b"udta", forms.keyless_meta(b"\xa9cmt", wrapped()))
    yield Quirk("mp4 keyless mdir ilst", "1.3: Doubao iOS", "a.mp4", forms.mp4(keyless), forms=("wrapped",))
    spelt = json.dumps(
        {
            "SecurityData": {
                "Type": "TC260PG",
                "Version": 1,
                "PubSD": [
                    {"Type": "DS", "AlgID": "1.2.156.10197.1.501", "TBSData": {"Type": "LabelMataData"}, "Signature": "3006020101020101"},
                    {"Type": "PubKey", "AlgID": "1.2.156.10197.1.501", "KeyValue": "00" * 8 + "11" * 32},
                ],
            }
        }
    )
    minimax = forms.keyed_meta("AIGC", bare(ContentProducer="MiniMax", ContentPropagator="MiniMax", ReservedCode1=spelt))
    yield Quirk(
        "mp4 security data in another spelling", "1.3: MiniMax video", "a.mp4", forms.mp4(forms.box(b"udta", minimax)),
        presence="declared_signed", warns=frozenset({"reserved.security_data.shape", "producer.code.shape"}),
    )  # fmt: skip
    export = json.dumps({"data": {"product": "made-up", "exportType": "export"}, "aigc_info": {"aigc_label_type": 1}})
    yield Quirk(
        "mp4 export record, marked", "1.3: ByteDance", "a.mp4", forms.mp4(forms.box(b"udta", forms.keyless_meta(b"\xa9cmt", export))),
        state="suspected", presence="none", compliance="not_applicable", forms=(), traces=frozenset({"trace.bytedance_export"}),
    )  # fmt: skip
    unmarked = json.dumps({"data": {"product": "lv", "exportType": "export"}, "aigc_info": {"aigc_label_type": 0}})
    yield Quirk(
        "mp4 export record, not marked", "1.3: ByteDance", "a.mp4", forms.mp4(forms.box(b"udta", forms.keyless_meta(b"\xa9cmt", unmarked))),
        state="none", presence="none", compliance="not_applicable", forms=(),
    )  # fmt: skip
    app = forms.keyed_meta("AigcInfo", '{"aigc_label_type":2}')
    yield Quirk(
        "mp4 key AigcInfo", "ByteDance app", "a.mp4", forms.mp4(forms.box(b"udta", app)),
        state="suspected", presence="none", compliance="not_applicable", forms=(), traces=frozenset({"trace.bytedance_export"}),
    )  # fmt: skip


def _sounds() -> Iterator[Quirk]:
    for suffix in ("flac", "ogg", "mkv", "flv", "mp3", "mp4", "mov", "m4a"):
        yield Quirk(f"{suffix} by ffmpeg", "2.1: -metadata AIGC=…", f"a.{suffix}", forms.by_ffmpeg(suffix, bare()))
    yield Quirk("wav chunk AIGC", "6.2", "a.wav", forms.wav((b"AIGC", bare().encode())))
    info = b"INFO" + b"ICMT" + len(wrapped()).to_bytes(4, "little") + wrapped().encode() + bytes(len(wrapped()) % 2)
    yield Quirk("wav LIST/INFO", "6.2: also read", "a.wav", forms.wav((b"LIST", info)), forms=("wrapped",))
    yield Quirk("mp3 TXXX", "6.2", "a.mp3", forms.mp3("AIGC", bare()))


def _documents() -> Iterator[Quirk]:
    yield Quirk("pdf Info", "6.2", "a.pdf", forms.pdf({"AIGC": bare()}))
    yield Quirk(
        "pdf Info, wrapped", "6.2: also read", "a.pdf", forms.pdf({"AIGC": wrapped()}), forms=("wrapped",), warns=frozenset({"label.form"})
    )
    yield Quirk("pdf XMP", "6.2: also read", "a.pdf", forms.pdf(packet=forms.xmp(element(bare()))), forms=("element",))
    yield Quirk("docx custom property", "6.2", "a.docx", forms.docx({"AIGC": bare()}))
    meta = f'<!doctype html><html><head><meta charset="utf-8"><meta name="AIGC" content="{html.escape(bare())}"></head><body><p>正文</p></body></html>'
    yield Quirk("html meta", "6.2", "a.html", meta.encode())


def _markdown() -> Iterator[Quirk]:
    def front(values: Mapping[str, str], quote: str = "", body: str = "# 一份报告\n\n正文。\n") -> bytes:
        rows = "".join(f"    {key}: {quote}{value}{quote}\n" for key, value in values.items())
        return f"---\nAIGC:\n{rows}---\n\n{body}".encode()

    path = seven(ProduceID="资料/一份报告.md", PropagateID=f"{NUMBER}#1766000000000")
    yield Quirk(
        "md front matter with a path as number", "rules 2.6: Coze", "a.md", front(path), forms=("yaml",),
        defects=frozenset({"charset"}), warns=frozenset({"label.value.charset"}),
    )  # fmt: skip
    same = dict.fromkeys(("ProduceID", "ReservedCode1", "PropagateID", "ReservedCode2"), NUMBER)
    quoted = seven(ContentProducer=QUOTED_UUIDS, ContentPropagator=QUOTED_UUIDS, **same)
    yield Quirk(
        "md quoted values and equal UUIDs", "1.3: Zhipu-like", "a.md", front(quoted, "'"), forms=("yaml",),
        fields={"ReservedCode1": NUMBER}, warns=frozenset({"id.reserved_repeats"}),
    )  # fmt: skip
    zeros = "00000000-0000-0000-0000-000000000000"
    hexed = "3045022100" + "ab" * 32 + "0220" + "cd" * 32
    agent = {
        "Label": "AIGC", "ContentProducer": "Minimax Agent AI", "ProduceID": zeros, "ReservedCode1": hexed,
        "ContentPropagator": "Minimax Agent AI", "PropagateID": zeros, "ReservedCode2": hexed,
    }  # fmt: skip
    yield Quirk(
        "md Label AIGC and zeros as number", "1.3: MiniMax Agent", "a.md", front(agent), forms=("yaml",), compliance="defects",
        fails=frozenset({"label.attribute.value", "id.produce.placeholder", "id.propagate.placeholder"}),
        warns=frozenset({"producer.code.shape", "label.value.charset"}),
    )  # fmt: skip
    blob = base64.b64encode(bytes(range(148))).decode()
    first = seven(ContentProducer=TENCENT, ContentPropagator=TENCENT, ReservedCode1=blob, ReservedCode2=blob)
    yield Quirk(
        "md Base64 in both reserved codes", "1.3: Tencent", "a.md", front(first), forms=("yaml",), fields={"ContentProducer": TENCENT}
    )
    second = front(seven(), body="---\ntitle: 一份报告\n---\n\n正文。\n")
    yield Quirk("md label before a second front matter", "1.3", "a.md", second, forms=("yaml",))
    fenced = f"# 说明\n\n<details>\n\n```yaml\nAIGC:\n    Label: '1'\n    ContentProducer: {TENCENT}\n    ProduceID: {NUMBER}\n```\n\n</details>\n\n以上是例子。\n"
    yield Quirk(
        "md quotation in a fence",
        "1.3",
        "a.md",
        fenced.encode(),
        state="none",
        presence="none",
        compliance="not_applicable",
        forms=(),
        quoted=1,
    )
    note = f"## 变更\n\n+AIGC:\n+    Label: '1'\n+    ContentProducer: {TENCENT}\n+    ProduceID: {NUMBER}\n\n合并时保留。\n"
    yield Quirk(
        "md pasted into a change note", "1.3", "a.md", note.encode(), state="none", presence="none", compliance="not_applicable", forms=()
    )


def _states() -> Iterator[Quirk]:
    for value, state in (("2", "possible"), ("3", "suspected")):
        data = forms.png(forms.text_chunk("AIGC", bare(Label=value)))
        yield Quirk(f"png Label {value}", "Annex E c)", "a.png", data, state=state)
    wiped = forms.png(forms.text_chunk("AIGC", bare(**dict.fromkeys(seven(), ""))))
    yield Quirk(
        "png wiped shell", "rules 2.5: wiped shell", "a.png", wiped, state="suspected", compliance="defects",
        fails=frozenset({"label.key.empty.Label", "label.key.empty.ContentProducer", "label.attribute.value"}),
    )  # fmt: skip
    truncated = forms.png(forms.text_chunk("AIGC", bare()[:-30]))
    yield Quirk(
        "png label cut off",
        "6.4",
        "a.png",
        truncated,
        state="suspected",
        compliance="defects",
        forms=("unreadable",),
        fails=frozenset({"label.object"}),
    )
    number = forms.png(forms.text_chunk("AIGC", bare().replace('"Label":"1"', '"Label":1')))
    yield Quirk(
        "png Label as a number", "Annex E c)", "a.png", number, compliance="defects",
        defects=frozenset({"not-a-string"}), fails=frozenset({"label.value.type"}),
    )  # fmt: skip
    misspelt = forms.png(forms.text_chunk("AIGC", bare().replace("ReservedCode", "ReserveCode").replace("PropagateID", "PropatorID")))
    yield Quirk(
        "png misspelt keys", "1.2: metatoolkit", "a.png", misspelt, compliance="defects",
        defects=frozenset({"key-name"}), fails=frozenset({"label.key.spelling"}),
    )  # fmt: skip
    doubled = forms.png(forms.text_chunk("AIGC", bare()[:-1] + ',"Label":"3"}'))
    yield Quirk(
        "png key twice", "6.4", "a.png", doubled, compliance="defects",
        defects=frozenset({"duplicate-key"}), fails=frozenset({"label.duplicate_keys"}),
    )  # fmt: skip
    wrong_digit = BYTEDANCE[:20] + ("1" if BYTEDANCE[20] != "1" else "2") + BYTEDANCE[21:]
    yield Quirk(
        "png code with a wrong check digit", "rules 2.4", "a.png", forms.png(forms.text_chunk("AIGC", bare(ContentProducer=wrong_digit))),
        compliance="defects", fails=frozenset({"producer.code.check_digit"}),
    )  # fmt: skip
    swapped = forms.png(forms.text_chunk("AIGC", bare(ContentProducer=BYTEDANCE_PROPAGATOR, ContentPropagator=BYTEDANCE)))
    yield Quirk(
        "png codes with swapped roles", "rules 2.4", "a.png", swapped, warns=frozenset({"producer.role_digit", "propagator.role_digit"})
    )
    lonely = forms.png(forms.text_chunk("AIGC", bare(PropagateID="")))
    yield Quirk(
        "png propagator without number", "6.1 a)", "a.png", lonely, compliance="defects",
        fails=frozenset({"propagator.pair"}), warns=frozenset({"label.key.empty.PropagateID"}),
    )  # fmt: skip
    yield Quirk(
        "png with the suffix of a JPEG",
        "6.4",
        "a.jpg",
        forms.png(forms.text_chunk("AIGC", bare())),
        warns=frozenset({"file.suffix_agrees"}),
    )
