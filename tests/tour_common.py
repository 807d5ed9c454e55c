"""A tour begins when its page has loaded, and has a second try at that, not at its steps."""

import logging

_logger = logging.getLogger(__name__)


class TourMixin:
    def start_tour(self, url_path, tour_name, **kwargs):
        """Walk a tour; when the browser never answers whether it may begin, ask a new one.

        Now and then, on a busy machine, Chrome does not answer the question at all. No step
        has been walked then, so nothing of the product is tried twice.
        """
        ready = f"odoo.isTourReady({tour_name!r})"
        try:
            super().start_tour(url_path, tour_name, **kwargs)
        except TimeoutError as error:
            if ready not in str(error):
                raise
            _logger.info("the browser said nothing for a minute: %s", error)
            super().start_tour(url_path, tour_name, **kwargs)
