-- roles.sql - the two databases, once, when the cluster is made. Run by Patroni (post_init).
-- The passwords are SCRAM verifiers: who reads this file cannot sign in with it.
SET password_encryption = 'scram-sha-256';
CREATE ROLE opentrm LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '@OPENTRM_VERIFIER@';
CREATE ROLE opentrm_keys LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '@OPENTRM_KEYS_VERIFIER@';

CREATE DATABASE opentrm OWNER opentrm;
CREATE DATABASE opentrm_keys OWNER opentrm_keys;
-- The owner of one cannot even connect to the other.
REVOKE ALL ON DATABASE opentrm, opentrm_keys, template1 FROM PUBLIC;
