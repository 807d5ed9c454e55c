from . import oauth, provider_meta, provider_twilio, webhook
