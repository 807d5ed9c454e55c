from . import collections_addon, connectors
