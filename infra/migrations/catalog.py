"""What ``alembic check`` can't see, read from the database's catalog: checks, triggers, functions, rights, indexes.

The text is the same on PostgreSQL 15 to 18, so that it can be committed and compared.
"""

from sqlalchemy import Connection

# Constraints but NOT NULL (only PostgreSQL 18 catalogues them); rights of others than the owner.
_QUERIES = {
    "constraints": """
        SELECT CASE c.conrelid WHEN 0 THEN c.contypid::regtype::text ELSE c.conrelid::regclass::text END
            || ' ' || c.conname || ': ' || pg_get_constraintdef(c.oid)
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
        WHERE n.nspname = 'public' AND (c.conrelid <> 0 OR c.contypid <> 0) AND c.contype IN ('c', 'f', 'p', 'u', 'x')
    """,
    "indexes": """
        SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    """,
    "triggers": """
        SELECT pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'A' THEN ' [ALWAYS]' WHEN 'O' THEN ''
               ELSE ' [' || t.tgenabled::text || ']' END
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND NOT t.tgisinternal
    """,
    "functions": """
        SELECT pg_get_functiondef(p.oid)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'
    """,
    "rights on tables": """
        SELECT c.relname || ': ' || a.grantee::regrole::text || ' '
               || string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
             aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p') AND a.grantee <> c.relowner
        GROUP BY c.relname, a.grantee
    """,
    "rights on functions": """
        SELECT p.oid::regprocedure::text || ': ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
             aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        WHERE n.nspname = 'public' AND a.grantee <> p.proowner
    """,
    "rights given by default": """
        SELECT CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'f' THEN 'functions' ELSE d.defaclobjtype::text END
               || ': ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END || ' '
               || string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
        FROM pg_default_acl d, aclexplode(d.defaclacl) a
        WHERE a.grantee <> d.defaclrole GROUP BY d.defaclobjtype, a.grantee
    """,
}


def describe(connection: Connection) -> str:
    """The catalog of schema public as text, sorted."""
    connection.exec_driver_sql("SET LOCAL search_path = public")
    sections = []
    for title, query in _QUERIES.items():
        rows = sorted(str(row[0]).strip() for row in connection.exec_driver_sql(query))
        sections.append(f"== {title}\n" + "\n".join(rows) + "\n")
    return "\n".join(sections)
