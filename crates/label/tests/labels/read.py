"""Reads labels back: each line of the input is one, as JSON; the last line of the output says what was wrong.

A label is {"pdf": base64} or {"png": base64, "zpl": text, "dpmm": n}, with what is on it: "barcodes", "texts" (blanks do
not count) and "media_mm". Pages of PDF are rendered at 203 and at 300 dpi (pypdfium2), barcodes read by zxing-cpp.
"""

import base64
import io
import json
import re
import sys

import pypdfium2
import zxingcpp
from PIL import Image

DENSITIES_DPI = (203, 300)
MODULE_MM = (0.33, 0.376)
BARS_MM = 27
QUIET_MODULES = 10
POINT_MM = 25.4 / 72
INK = 128


def pages_of_pdf(label):
    page = pypdfium2.PdfDocument(base64.b64decode(label["pdf"]))[0]
    size = [points * POINT_MM for points in page.get_size()]
    if any(abs(a - b) > 0.01 for a, b in zip(size, label["media_mm"])):
        yield None, None, None, f"the page is {size} mm"
    text = page.get_textpage().get_text_range()
    for dpi in DENSITIES_DPI:
        yield page.render(scale=dpi / 72, grayscale=True).to_pil(), dpi / 25.4, text, None


def unescaped(data):
    """The text of a field that is written with ^FH."""
    plain = re.sub(rb"_([0-9A-F]{2})", lambda byte: bytes([int(byte[1], 16)]), data.encode("ascii"))
    return plain.decode("utf-8")


def pages_of_zpl(label):
    zpl, dpmm = label["zpl"], label["dpmm"]
    text = "\n".join(unescaped(data) for data in re.findall(r"\^FH\^FD(.*?)\^FS", zpl))
    image = Image.open(io.BytesIO(base64.b64decode(label["png"]))).convert("L")
    yield image, dpmm, text, wrong_commands(label)


def wrong_commands(label):
    """What the commands say that the rendered page cannot: the media's size and the sets of the barcodes."""
    zpl = label["zpl"]
    dots_per_mm = {8: 8, 12: 300 / 25.4}[label["dpmm"]]
    media = [int(re.search(rf"\^{name}(\d+)", zpl)[1]) for name in ("PW", "LL")]
    if media != [round(mm * dots_per_mm) for mm in label["media_mm"]]:
        return f"the media is {media} dots"
    chosen = re.findall(r"\^BCN,\d+,N,N,N,N\^FD>:([^>]*)>5(\d*)\^FS", zpl)
    if sorted(b + c for b, c in chosen) != sorted(label["barcodes"]):
        return f"the barcodes are {chosen}"
    if any(len(c) % 2 for _, c in chosen):
        return f"an odd number of digits in set C: {chosen}"
    return None


def symbols(code):
    """The start, the characters in set B, the change, the pairs in set C, the check: the fewest there can be."""
    in_b = 3 if len(code) == 13 else 2
    return 1 + in_b + 1 + (len(code) - in_b) // 2 + 1


def wrong_bars(image, per_mm, read):
    """Module, height and quiet zones, measured on the page."""
    box = read.position
    left, right = box.top_left.x, box.top_right.x
    middle = (box.top_left.y + box.bottom_left.y) // 2
    dark = [image.getpixel((x, middle)) < INK for x in range(image.width)]
    while left > 0 and dark[left - 1]:
        left -= 1
    while right < image.width - 1 and dark[right + 1]:
        right += 1
    first = next(x for x in range(left, right) if dark[x])
    last = next(x for x in range(right, left, -1) if dark[x])
    module = (last - first + 1) / (symbols(read.text) * 11 + 13)
    if not MODULE_MM[0] <= module / per_mm <= MODULE_MM[1]:
        return f"a module is {module / per_mm:.3f} mm"
    column = [image.getpixel((first, y)) < INK for y in range(image.height)]
    top, bottom = middle, middle
    while column[top - 1]:
        top -= 1
    while column[bottom + 1]:
        bottom += 1
    if (bottom - top + 1) / per_mm < BARS_MM:
        return f"the bars are {(bottom - top + 1) / per_mm:.2f} mm high"
    quiet = int(QUIET_MODULES * module)
    # One dot beside the bars may be grey, where an edge lies within it.
    for side in ((first - quiet, top, first - 1, bottom), (last + 2, top, last + 1 + quiet, bottom)):
        if image.crop(side).getextrema()[0] < 200:
            return "something is in a quiet zone"
    return None


def wrong(label):
    """What is wrong with a label, a line for each; and how many barcodes were read well."""
    well, faults = 0, []
    for image, per_mm, text, fault in (pages_of_pdf if "pdf" in label else pages_of_zpl)(label):
        faults += [fault] if fault else []
        if image is None:
            continue
        # The page as it is, not shrunk as well: at a third of its size the bars are a guess, and a wrong one passes the
        # check one time in 103. And in Code 128, as a sorting line is set: in so many bars a reader that tries every
        # symbology there is finds a weakly checked one now and then.
        found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.Code128, try_downscale=False)
        if sorted(read.text for read in found) != sorted(label["barcodes"]):
            faults.append(f"read {[read.text for read in found]} at {per_mm:.1f} dots per mm")
            continue
        measured = [wrong_bars(image, per_mm, read) for read in found]
        faults += [fault for fault in measured if fault]
        well += measured.count(None)
        shown = "".join(text.split())
        faults += [f"no {wanted!r}" for wanted in label["texts"] if "".join(wanted.split()) not in shown]
    return well, faults


def main():
    well, faults = 0, []
    for line in sys.stdin:
        label = json.loads(line)
        read, wrong_here = wrong(label)
        well += read
        faults += [f"{label['barcodes'][0]}: {fault}" for fault in wrong_here]
    print(json.dumps({"read": well, "faults": faults}))


main()
