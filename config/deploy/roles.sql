-- Runs once, in the empty cluster of the postgres container, as its superuser: makes the owner of the tables and
-- the application's role. The same as config/cluster.py does for the one-command start.
\set owner_password `cat /run/secrets/owner_password`
\set app_password `cat /run/secrets/app_password`
\connect template1
CREATE ROLE amparo_owner LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE amparo_app LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS NOCREATEDB PASSWORD :'app_password';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO amparo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE amparo_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO amparo_app;
ALTER DEFAULT PRIVILEGES FOR ROLE amparo_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO amparo_app;
CREATE DATABASE amparo OWNER amparo_owner;
REVOKE ALL ON DATABASE amparo FROM PUBLIC;
GRANT CONNECT ON DATABASE amparo TO amparo_app;
