"""How a file comes in: kept in memory up to the limit, never on a disk, and only where a page asks for one.

Django's own handlers write larger uploads to the system's temporary directory, in the open. This one keeps no byte
more than the limit, and none at all from somebody who is not signed in or for an address that takes no file: those are
read past and dropped (docs/decisions/0015-uploads-in-memory.md).
"""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])


def takes_file(view: View) -> View:
    """Mark a view as one whose form has a file."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


if TYPE_CHECKING:
    _Uploaded = UploadedFile[bytes]
else:
    _Uploaded = UploadedFile


class HeldFile(_Uploaded):
    """A file in memory. ``is_too_large``: it was longer than the limit, and nothing of it was kept."""

    def __init__(self, content: bytes, name: str, declared: str, size: int, *, is_too_large: bool) -> None:
        super().__init__(io.BytesIO(content), name, declared, size)
        self.content, self.declared, self.is_too_large = content, declared, is_too_large


class InMemory(FileUploadHandler):
    """The only upload handler of the installation (setting ``FILE_UPLOAD_HANDLERS``)."""

    request: HttpRequest

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin one; ``SkipFile`` where no file is wanted."""
        super().new_file(*args, **kwargs)
        if not self._is_wanted():
            raise SkipFile
        self._held, self._size = io.BytesIO(), 0

    def _is_wanted(self) -> bool:
        match, user = self.request.resolver_match, getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and match and getattr(match.func, "takes_file", False))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece; from the limit on only count, and let go of what was kept."""
        self._size += len(raw_data)
        if self._size <= settings.FILE_BYTES:
            self._held.write(raw_data)
        else:
            self._held = io.BytesIO()

    def file_complete(self, file_size: int) -> HeldFile:
        """What the form gets."""
        is_too_large = self._size > settings.FILE_BYTES
        name, declared = self.file_name or "", self.content_type or ""
        return HeldFile(self._held.getvalue(), name, declared, self._size, is_too_large=is_too_large)
