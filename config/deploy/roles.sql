-- Runs once, in the empty cluster of the postgres container, as its superuser: makes the owner of the tables, the
-- application's role, and the role of backups, which reads past row-level security and writes nothing. The same as config/cluster.py does for the one-command start.
\set owner_password `cat /run/secrets/owner_password`
\set app_password `cat /run/secrets/app_password`
\set backup_password `cat /run/secrets/backup_password`
\connect template1
CREATE ROLE amparo_owner LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE amparo_app LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS NOCREATEDB PASSWORD :'app_password';
CREATE ROLE amparo_backup LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION BYPASSRLS NOCREATEDB PASSWORD :'backup_password';
GRANT pg_read_all_data TO amparo_backup;
ALTER ROLE amparo_backup SET default_transaction_read_only = on;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO amparo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE amparo_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO amparo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE amparo_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO amparo_app;
CREATE DATABASE amparo OWNER amparo_owner;
REVOKE ALL ON DATABASE amparo FROM PUBLIC;
GRANT CONNECT ON DATABASE amparo TO amparo_app;
GRANT CONNECT ON DATABASE amparo TO amparo_backup;
