import re
from functools import reduce

from markupsafe import Markup, escape

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import html_normalize, is_html_empty
from odoo.tools.rendering_tools import parse_inline_template

from .dunning_action_text import PLACEHOLDERS

#: Paths such as object.partner_id.name in any expression.
PATH = re.compile(r"\bobject((?:\.[A-Za-z_]\w*)+)")
#: Names that mean something without `object`: what core offers, and loop variables.
LOCAL = re.compile(r"""\bt-(?:as|set)\s*=\s*(["'])(\w+)\1""")
OFFERED = {"ctx", "env", "user", "True", "False", "None"}
EXPRESSION = re.compile(
    r"""\bt-(?:out|esc|if|elif|value|foreach|att-\w+)\s*=\s*(["'])(.*?)\1""", re.S
)
#: A placeholder as core's rendering without QWeb knows it: tag, path of fields, default.
PLACEHOLDER = re.compile(
    r"""<(\w+)\s+t-out=\s*["'][a-z]+\.([\w.]+)["']\s*(?:/>|>\s*([^<>]*?)\s*</\1>)"""
)


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.constrains("subject", "body_html", "model_id")
    def _check_used_in_dunning(self):
        self._used_in_dunning()._check_dunning_text()

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        """Override of `mail`: a translation is a text that is sent, too."""
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        used = self._used_in_dunning()
        for lang in translations:
            used.with_context(lang=lang)._check_dunning_text()
        return result

    def _dunning_bodies(self, actions):
        """The text filled in for contacts of one company, as `_render_field` fills it in.

        Core normalizes the whole text again for every contact. Where it would do
        without QWeb, once is enough.

        :return: contact id -> text
        :rtype: dict[int, Markup]
        """
        if self._has_unsafe_expression_template_qweb(self.body_html, self.render_model):
            return self._render_field("body_html", actions.ids)
        text = html_normalize(f"<div>{self.body_html}</div>")
        text = text.removeprefix("<div>").removesuffix("</div>")
        text = self._replace_local_links(text, actions[:1].get_base_url())
        return {action.id: self._fill_placeholders(text, action) for action in actions}

    def _fill_placeholders(self, text, action):
        def fill(match):
            tag, path, default = match.groups()
            try:
                value = reduce(lambda record, name: record[name], path.split("."), action)
            except KeyError:  # a field that contacts do not have: core takes the default, too
                value = default
            value = escape(value or default or "")
            return value if tag == "t" else f"<{tag}>{value}</{tag}>"

        return Markup(PLACEHOLDER.sub(fill, text))

    def _used_in_dunning(self):
        steps = self.env["dunning.level.step"].sudo().search([("template", "in", self.ids)])
        return self & steps.template.with_env(self.env)

    def _check_dunning_text(self):
        """Refuse a text that could not be sent, or would be sent with gaps.

        :raises ValidationError: and says what to do
        """
        for template in self:
            template._check_dunning_model()
            template._check_dunning_filled()
            template._check_dunning_placeholders()

    def _check_dunning_model(self):
        if self.model != "dunning.action":
            raise ValidationError(
                self.env._(
                    "“%(text)s” is not a text for contacts. Choose one that applies to "
                    "“Contact”, or create it.",
                    text=self.name,
                )
            )

    def _check_dunning_filled(self):
        if not (self.subject or "").strip():
            raise ValidationError(
                self.env._("“%(text)s” has no subject. Write one.", text=self.name)
            )
        if is_html_empty(self.body_html):
            raise ValidationError(
                self.env._("“%(text)s” is empty. Write what customers shall read.", text=self.name)
            )

    def _check_dunning_placeholders(self):
        if "{{" in str(self.body_html):
            raise ValidationError(
                self.env._(
                    "“%(text)s” has a placeholder in curly brackets in its body, where it would "
                    "be sent as it stands. Write it as a dynamic placeholder (type “/” there).",
                    text=self.name,
                )
            )
        names = OFFERED | {found[1] for found in LOCAL.findall(str(self.body_html))}
        for expression in self._dunning_expressions():
            for path in PATH.findall(expression):
                if not self._dunning_path_exists(path[1:].split(".")):
                    self._refuse_dunning_placeholder(f"object{path}")
            root = re.fullmatch(r"\s*([A-Za-z_]\w*)(\.\w+)*\s*", expression)
            if root and root[1] not in names | {"object"}:
                self._refuse_dunning_placeholder(expression.strip())

    def _dunning_expressions(self):
        """Everything that is computed in subject and body."""
        subject = [part[1] for part in parse_inline_template(str(self.subject)) if part[1]]
        return subject + [found[1] for found in EXPRESSION.findall(str(self.body_html))]

    def _dunning_path_exists(self, names):
        """Whether a path of fields, or one that ends in a method, can be followed."""
        record = self.env["dunning.action"]
        for name in names:
            if not isinstance(record, models.BaseModel):
                return False
            if name not in record._fields:
                return not name.startswith("_") and callable(getattr(record, name, None))
            record = record[name]
        return True

    def _refuse_dunning_placeholder(self, placeholder):
        raise ValidationError(
            self.env._(
                "“%(text)s” uses %(unknown)s, which does not exist. Known placeholders: %(known)s.",
                text=self.name,
                unknown=placeholder,
                known=", ".join(f"object.{name}" for name in PLACEHOLDERS),
            )
        )
