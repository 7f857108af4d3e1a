"""What a browser measures of a page: room, touch, contrast, focus, shift and paint.

Each script is given to the page from outside, through the browser's own protocol; the page itself
runs none.
"""

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TARGET_PX, MAIN_TARGET_PX = 24, 44  # WCAG 2.2, 2.5.8 and 2.5.5
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
OUTLINE_PX = 2
MAIN_TARGETS = ".button, .rows a, .more summary, .more > a"

_OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  const look = (box, what) => {
    if (box.width && box.height && (box.right > wide + 0.5 || box.left < -0.5)) found.push(what);
  };
  if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways');
  const sheet = document.querySelector('main');
  if (sheet.scrollWidth > sheet.clientWidth) found.push('the sheet is cut off');
  for (const each of document.querySelectorAll('a, button, input, img, svg, summary'))
    look(each.getBoundingClientRect(), each.outerHTML.slice(0, 60));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    if (!node.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) look(box, node.data.trim().slice(0, 60));
  }
  return found;
}"""

_SMALL_TARGETS = """([least, leastOfMain, main]) => {
  const found = [];
  for (const each of document.querySelectorAll('a, button, summary, input:not([type=hidden])')) {
    const box = each.getBoundingClientRect();
    const wanted = each.matches(main) ? leastOfMain : least;
    if (box.width && Math.min(box.width, box.height) < wanted)
      found.push(`${each.outerHTML.slice(0, 60)} ${box.width}x${box.height}`);
  }
  return found;
}"""

_LOW_CONTRAST = """(least) => {
  const read = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\\d.]+/g).map(Number);
    return {channels: [red, green, blue], alpha};
  };
  const luminance = (channels) => {
    const [red, green, blue] = channels.map((c) => c / 255).map(
      (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const layer = read(getComputedStyle(each).backgroundColor);
      layers.push(layer);
      if (layer.alpha === 1) break;
    }
    return layers.reverse().reduce((under, layer) => under.map(
      (c, i) => c + (layer.channels[i] - c) * layer.alpha), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ink = read(element instanceof SVGElement ? style.fill : style.color);
    const ground = behind(element);
    const [darker, lighter] = [luminance(ink.channels), luminance(ground)].sort((a, b) => a - b);
    const ratio = (lighter + 0.05) / (darker + 0.05);
    if (ratio < least) found.push(`${node.data.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return found;
}"""

_FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const outline = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
  const name = element.getAttribute('href') || element.localName;
  return {name: element === document.body ? '' : name, outline};
}"""

_WATCH = """
window.seen = {shift: 0, largest: null};
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
  window.seen.shift += each.value;
})).observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
  const of = each.element;
  window.seen.largest = {
    is: of ? (of.closest('h1') ? 'name' : of.matches('img.face') ? 'face' : of.outerHTML) : '',
    at: each.startTime};
})).observe({type: 'largest-contentful-paint', buffered: true});
"""

_PAINTS = """() => ({...window.seen,
  first: performance.getEntriesByName('first-contentful-paint')[0].startTime})"""

_RESTYLE = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """How a page came up: what moved (0 is nothing) and what was painted largest, and when."""

    shift: float
    largest: str
    largest_ms: float
    first_ms: float

    @property
    def shows_who_it_is(self) -> bool:
        """Whether the largest paint is the face or the name, or no later than the name's."""
        return self.largest in ("name", "face") or self.largest_ms <= self.first_ms


def outside(page: Page) -> list[str]:
    """What does not fit into the window's width, or makes it scroll sideways."""
    found: list[str] = page.evaluate(_OUTSIDE)
    return found


def small_targets(page: Page) -> list[str]:
    """Links, buttons and fields that a finger misses."""
    found: list[str] = page.evaluate(_SMALL_TARGETS, [TARGET_PX, MAIN_TARGET_PX, MAIN_TARGETS])
    return found


def low_contrasts(page: Page) -> list[str]:
    """Words whose computed colour is too near to what lies behind them."""
    found: list[str] = page.evaluate(_LOW_CONTRAST, TEXT_CONTRAST)
    return found


def tab_stops(page: Page) -> list[tuple[str, float]]:
    """Where the Tab key leads, in order: the address or the element, and the outline's width."""
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused: dict[str, Any] = page.evaluate(_FOCUSED)
        if not focused["name"]:
            break
        stops.append((focused["name"], focused["outline"]))
    return stops


def watch_paints(page: Page) -> None:
    """Have the browser note what moves and what is painted, from the next page on."""
    page.add_init_script(_WATCH)


def paints(page: Page) -> Paint:
    """What was noted since the page began."""
    seen: dict[str, Any] = page.evaluate(_PAINTS)
    largest = seen["largest"]
    return Paint(
        shift=seen["shift"],
        largest=largest["is"],
        largest_ms=largest["at"],
        first_ms=seen["first"],
    )


def axe_findings(page: Page) -> list[str]:
    """The rules of axe that the page breaks."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [violation["id"] for violation in found.response["violations"]]


def restyle(page: Page, css: str) -> None:
    """Add a style to a page that is open, past its policy."""
    page.evaluate(_RESTYLE, css)
