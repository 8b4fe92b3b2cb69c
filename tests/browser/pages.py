"""What a person does with a page, and what is looked at on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smarketing.accounts.tests.factories import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, Response, WebError

WIDE = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PATIENCE = 20_000  # milliseconds; on a busy machine nothing is quick
OWN = ("data:", "blob:", "about:")
# Text cut short with an ellipsis is meant to be; so is what may be pushed sideways in a frame of
# its own, and what stands only in what is read aloud.
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth, page = document.documentElement.scrollWidth;
  const style = (one) => getComputedStyle(one);
  const isUnseen = (one) => style(one).clip !== "auto" || style(one).clipPath !== "none";
  const isShort = (one) => style(one).textOverflow === "ellipsis";
  const isMeant = (one) => one.matches(".scroll-x, .seg, pre") || isShort(one) || isUnseen(one);
  const meant = (one) => one && (isMeant(one) || meant(one.parentElement));
  const past = ({ width: own, right }) => own && right > width + 1;
  const scrolls = (one) => ["auto", "scroll"].includes(style(one).overflowX);
  const pushed = (one) => scrolls(one) && one.scrollWidth > one.clientWidth + 1;
  const wide = (one) => (past(one.getBoundingClientRect()) || pushed(one)) && !meant(one);
  const name = (one) => [one.tagName.toLowerCase(), ...one.classList].join(".");
  const found = [...document.body.querySelectorAll("*")].filter(wide).slice(0, 3).map(name);
  return page > width ? [`the page, ${page} in ${width}`, ...found] : found;
}"""


class Visitor:
    """A person in front of a browser of their own: a desk 1440 wide, or a phone 390 wide that is touched.

    `troubles` are the sentences about all that no page may do; an answer that was asked for (`go` with its
    status) is none.
    """

    def __init__(self, browser: Browser, address: str, *, phone: bool = False) -> None:
        self.address, self.phone, self.troubles = address, phone, list[str]()
        self.asked_for: set[str] = set()
        look: dict[str, Any] = PHONE if phone else WIDE
        self.context = browser.new_context(**look, base_url=address, reduced_motion="reduce")
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._hear)
        self.context.on("weberror", self._fail)
        self.context.on("request", self._ask)
        self.context.on("response", self._answer)
        self.page = self.context.new_page()

    def close(self) -> None:
        self.context.close()

    # --- What they do --------------------------------------------------------------------------

    def go(self, path: str, *, status: int = 200) -> None:
        """Type an address. Chromium calls every answer of 400 and above an error; one asked for is none."""
        if status >= 400:
            self.asked_for.add(self.address + path)
        answer = self.page.goto(path)
        if answer is None or answer.status != status:
            self.troubles.append(f"{path} answers {answer and answer.status}, not {status}")

    def log_in(self, email: str, password: str = PASSWORD) -> Visitor:
        self.go("/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.press(self.page.get_by_role("button", name="Log in"))
        self.page.wait_for_url("/")
        return self

    def press(self, what: Locator) -> None:
        """A click, or a tap of the thumb."""
        if self.phone:
            what.tap()
        else:
            what.click()

    def by(self, scheme: str) -> None:
        """The device asks for its "light" or "dark" look."""
        self.page.emulate_media(color_scheme=scheme)

    # --- What is looked at ---------------------------------------------------------------------

    def looks_right(self, what: str) -> None:
        """Look at the page as it stands; what is wrong with it is a trouble."""
        self.troubles += [f"{what}: {each}" for each in self.looked_at()]

    def looked_at(self) -> list[str]:
        """All that is wrong with how the page stands, by day and by night."""
        found = []
        for name, scheme in (("by day", "light"), ("by night", "dark")):
            self.by(scheme)
            found += [f"{name}: {each}" for each in self.violations() + self.going_sideways()]
        return found

    def told(self) -> list[str]:
        """The troubles so far; they are told once."""
        told, self.troubles = self.troubles, []
        return told

    def going_sideways(self) -> list[str]:
        """What reaches past the window, cut off there or not; what scrolls sideways and is not made to."""
        return [f"goes sideways: {each}" for each in self.page.evaluate(SIDEWAYS)]

    def violations(self) -> list[str]:
        """What axe finds on the page as it stands: the rule, where, and why."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        return [
            f"axe {each['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
            for each in found
            for node in each["nodes"]
        ]

    # --- What is heard -------------------------------------------------------------------------

    def _hear(self, message: ConsoleMessage) -> None:
        source = message.location.get("url", "")
        if message.type in ("error", "warning") and source not in self.asked_for:
            self.troubles.append(f"{self.page.url} says in the console: {message.text} ({source})")

    def _fail(self, error: WebError) -> None:
        self.troubles.append(f"{self.page.url} fails: {error.error}")

    def _ask(self, request: Request) -> None:
        if not request.url.startswith((self.address + "/", *OWN)):
            self.troubles.append(f"{self.page.url} asks another host: {request.url}")

    def _answer(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.url} answers {response.status}")
