-- A copy of a database must not use the consents of the original: a refresh token is good for
-- one use, and the original would lose its connection.
DELETE FROM collections_connection_token;
UPDATE collections_connection
   SET state = 'disconnected', problem = 'This is a copy: connect it to a test organisation.'
 WHERE state IN ('connected', 'reconnect');
-- What waited to be written belongs to the original's ledgers.
UPDATE collections_outbox SET state = 'cancelled' WHERE state IN ('waiting', 'sending', 'failed');
-- Nor may it write to customers.
UPDATE collections_provider
   SET active = false, auth_token = NULL, webhook_secret = NULL, verify_token = NULL;
