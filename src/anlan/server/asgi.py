"""ASGI entry point: `uvicorn anlan.server.asgi:application`."""

from __future__ import annotations

import os
import warnings

from django.core.asgi import get_asgi_application

# Static files are read synchronously under ASGI; they are small and cached by the browser.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.server.settings")
application = get_asgi_application()
