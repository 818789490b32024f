"""What browsers are told to refuse on our pages; the same in every installation."""

from csp.constants import NONE, SELF

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
# No sensor, no device, no service that would read the page aloud, translate or rewrite it elsewhere.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer", "bluetooth", "browsing-topics", "camera", "clipboard-read", "display-capture", "geolocation",
        "gyroscope", "hid", "idle-detection", "interest-cohort", "language-model", "local-fonts", "magnetometer",
        "microphone", "midi", "payment", "rewriter", "serial", "shared-storage", "summarizer", "translator", "usb",
        "web-share", "writer",
    )
}  # fmt: skip
