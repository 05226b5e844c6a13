"""What Google Cloud Storage can do and gcsfs has no word for: to write a file if it is still the one that was read.

The request is a multipart upload with ``ifGenerationMatch``
(https://cloud.google.com/storage/docs/json_api/v1/objects/insert).
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4


def replace(store: Any, path: str, content: bytes, generation: str) -> None:
    """Write a file of which there is this generation.

    Raises:
        FileExistsError: there is another one.
        Exception: whatever else gcsfs raises.
    """
    bucket, name, _ = store.split_path(path)
    boundary = uuid4().hex
    parts = (("application/json", json.dumps({"name": name}).encode()), ("application/octet-stream", content))
    body = b"".join(f"--{boundary}\nContent-Type: {kind}\n\n".encode() + part + b"\n" for kind, part in parts)
    store.call(
        "POST",
        f"{store._location}/upload/storage/v1/b/{{}}/o",
        bucket,
        headers={"Content-Type": f"multipart/related; boundary={boundary}"},
        data=body + f"--{boundary}--".encode(),
        uploadType="multipart",
        ifGenerationMatch=generation,
    )
