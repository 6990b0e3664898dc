"""Which pages of MiniWoB++ are tasks, in which split each is asked, and why the others are not."""

from __future__ import annotations

TEST_ONLY = (
    "book-flight", "book-flight-nodelay", "buy-ticket", "form-sequence-2", "login-user-popup", "order-food",
    "phone-book", "search-engine",
)  # fmt: skip
"""Never seen before the test: they have no oracle, so nothing can be recorded from them."""

HELD_OUT = (
    "choose-date-easy", "click-checkboxes-large", "click-dialog-2", "click-tab-2-hard", "copy-paste-2",
    "email-inbox-important", "enter-password", "focus-text-2", "multi-layouts", "read-table-2", "simple-algebra",
    "use-slider-2",
)  # fmt: skip
"""Asked in the test, with an oracle that proves them solvable; relatives of theirs are in training."""

UNPROVED = (
    "button-delay", "click-button-sequence", "click-pie", "click-pie-nodelay", "click-widget", "email-inbox",
    "email-inbox-forward", "email-inbox-forward-nl", "email-inbox-forward-nl-turk", "email-inbox-nl-turk",
    "email-inbox-noscroll", "email-inbox-reply", "email-inbox-star-reply", "form-sequence-3", "navigate-tree",
    "odd-or-even", "scroll-text-2", "stock-market",
)  # fmt: skip
"""Asked in the test, without an oracle: what was done so far, or what is to be clicked, is not in the text."""

VALIDATION = (
    "choose-date-medium", "click-checkboxes-soft", "click-collapsible-2-nodelay", "click-test-transfer",
    "enter-text-2", "enter-time", "find-greatest", "scroll-text", "text-transform", "unicode-test",
    "use-autocomplete-nodelay", "use-spinner",
)  # fmt: skip

TRAIN = (
    "choose-date", "choose-date-nodelay", "choose-list", "click-button", "click-checkboxes",
    "click-checkboxes-transfer", "click-collapsible", "click-collapsible-2", "click-collapsible-nodelay",
    "click-dialog", "click-link", "click-menu", "click-option", "click-scroll-list", "click-tab",
    "click-tab-2", "click-tab-2-easy", "click-tab-2-medium", "click-test", "click-test-2", "copy-paste",
    "email-inbox-delete", "enter-date", "enter-text", "enter-text-dynamic", "find-word", "focus-text",
    "form-sequence", "generate-number", "guess-number", "login-user", "multi-orderings",
    "read-table", "sign-agreement", "simple-arithmetic", "terminal", "use-autocomplete", "use-slider",
)  # fmt: skip

PIXELS = (
    "ascending-numbers", "bisect-angle", "chase-circle", "circle-center", "click-color", "click-menu-2",
    "click-shades", "click-shape", "count-shape", "count-sides", "daily-calendar", "drag-box", "drag-circle",
    "drag-cube", "drag-items", "drag-items-grid", "drag-shapes", "drag-shapes-2", "drag-single-shape",
    "drag-sort-numbers", "draw-circle", "draw-line", "find-midpoint", "grid-coordinate", "highlight-text",
    "highlight-text-2", "hot-cold", "hover-shape", "identify-shape", "moving-items", "number-checkboxes",
    "resize-textarea", "right-angle", "simon-says", "social-media", "social-media-all", "social-media-some",
    "text-editor", "tic-tac-toe", "use-colorwheel", "use-colorwheel-2", "visual-addition",
)  # fmt: skip
"""Not asked: they need eyes, or a hand that drags, or that points at what is no element of the page's text."""

SPLITS = {"train": TRAIN, "validation": VALIDATION, "test": (*TEST_ONLY, *HELD_OUT, *UNPROVED)}
"""Each page is in one split: what is measured on validation and test was not trained on."""
