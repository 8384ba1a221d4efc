/** PostgreSQL: databases, roles, rights, extensions. The craft is in the folder beside it. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import {
  alterDatabase, createDatabase, createSchema, createTablespace, databases, giveAll, languages, alterTablespace, removeDatabase, removeSchema, removeTablespace, schemas,
  serverVersion, setLanguage, tablespaces,
} from './postgres/databases.js';
import { initDataFolder, isDataFolder } from './postgres/datadir.js';
import { available, availableNamed, createExtension, dropExtension, installed, installedNamed, isAvailable, standing } from './postgres/extensions.js';
import { grantRights, hasRights, listRights, revokeRights, subject, wishedRights } from './postgres/privileges.js';
import { findProgram, query, type Login } from './postgres/psql.js';
import { createRole, removeRole, roleNamed, roles, updateRole } from './postgres/roles.js';
import { isTruthy, type Value } from '../../kernel/std/value.js';

const none = p.any(null);
const name = p.string();
const runas = none;
const connection = { user: none, host: none, port: none, maintenance_db: none, password: none };
const login = { ...connection, runas };
const inDatabase = { maintenance_db: name, user: none, host: none, port: none, password: none, runas };
const ofSchema = { user: none, db_user: none, db_password: none, db_host: none, db_port: none };
const ofRights = { prepend: p.string('public', 'schema of tables, sequences and functions'), maintenance_db: none, user: none, host: none, port: none, password: none, runas };
const strict = p.bool(false, 'fail in the words of psql instead of giving False');

/** Functions on schemas call the user of the system `user`, and the one of the database `db_user`. */
function schemaLogin(args: { dbname: string; user: Value; db_user: Value; db_password: Value; db_host: Value; db_port: Value }): Login {
  return { maintenance_db: args.dbname, runas: args.user, user: args.db_user, password: args.db_password, host: args.db_host, port: args.db_port };
}

export default defineModule({
  name: 'postgres',
  virtual: async (ctx) => ((await findProgram('psql', ctx)) === undefined ? 'psql was not found' : true),
  doc: 'Databases, roles, rights and extensions of PostgreSQL, through psql. Options postgres.host, .port, .user, .pass, .maintenance_db, .bins_dir and .timeout say which server.',
  functions: {
    version: fn({
      doc: "Give the version of the server.\n\nsalt '*' postgres.version",
      params: login,
      run: (args, ctx) => serverVersion(args, ctx),
    }),
    psql_query: fn({
      doc: "Run a query that gives rows, and list them as maps of texts. write=True lets it change something.\n\nsalt '*' postgres.psql_query 'select * from pg_stat_activity'",
      params: { query: p.string(), ...login, write: p.bool(false) },
      run: (args, ctx) => query(args.query, args, ctx, args.write),
    }),
    db_list: fn({
      doc: "Give the databases with their facts.\n\nsalt '*' postgres.db_list",
      params: login,
      run: (args, ctx) => databases(args, ctx),
    }),
    db_exists: fn({
      doc: "Say whether a database is there.\n\nsalt '*' postgres.db_exists dbname",
      params: { name, ...login },
      run: async (args, ctx) => Object.hasOwn(await databases(args, ctx), args.name),
    }),
    db_create: fn({
      doc: "Make a database.\n\nsalt '*' postgres.db_create dbname template=template_postgis",
      params: { name, ...connection, tablespace: none, encoding: none, lc_collate: none, lc_ctype: none, owner: none, template: none, runas, strict },
      run: (args, ctx) => createDatabase(args.name, args, args.strict, args, ctx),
    }),
    db_alter: fn({
      doc: "Give a database another owner, with all that is in it or alone, or another tablespace.\n\nsalt '*' postgres.db_alter dbname owner=otheruser",
      params: { name, ...connection, tablespace: none, owner: none, owner_recurse: p.bool(false), runas, strict },
      run: (args, ctx) => alterDatabase(args.name, { tablespace: args.tablespace, owner: args.owner, ownerRecurse: args.owner_recurse }, args.strict, args, ctx),
    }),
    db_remove: fn({
      doc: "Remove a database, also when somebody is connected.\n\nsalt '*' postgres.db_remove dbname",
      params: { name, ...login },
      run: (args, ctx) => removeDatabase(args.name, args, ctx),
    }),
    owner_to: fn({
      doc: "Give a database and all that is in it to somebody.\n\nsalt '*' postgres.owner_to dbname username",
      params: { dbname: name, ownername: p.string(), user: none, host: none, port: none, password: none, runas },
      run: (args, ctx) => giveAll(args.dbname, args.ownername, args, ctx),
    }),
    tablespace_list: fn({
      doc: "Give the tablespaces with their facts.\n\nsalt '*' postgres.tablespace_list",
      params: login,
      run: (args, ctx) => tablespaces(args, ctx),
    }),
    tablespace_exists: fn({
      doc: "Say whether a tablespace is there.\n\nsalt '*' postgres.tablespace_exists tsname",
      params: { name, ...login },
      run: async (args, ctx) => Object.hasOwn(await tablespaces(args, ctx), args.name),
    }),
    tablespace_create: fn({
      doc: "Make a tablespace in a folder.\n\nsalt '*' postgres.tablespace_create tsname /path/datadir",
      params: { name, location: p.string(), options: none, owner: none, ...login },
      run: (args, ctx) => createTablespace(args.name, args.location, args, args, ctx),
    }),
    tablespace_alter: fn({
      doc: "Change name, owner or options of a tablespace.\n\nsalt '*' postgres.tablespace_alter tsname new_owner=otheruser",
      params: { name, ...connection, new_name: none, new_owner: none, set_option: none, reset_option: none, runas },
      run: (args, ctx) => alterTablespace(args.name, args, args, ctx),
    }),
    tablespace_remove: fn({
      doc: "Remove a tablespace.\n\nsalt '*' postgres.tablespace_remove tsname",
      params: { name, ...login },
      run: (args, ctx) => removeTablespace(args.name, args, ctx),
    }),
    user_list: fn({
      doc: "Give the users with their facts; return_password=True also how their passwords are kept.\n\nsalt '*' postgres.user_list",
      params: { ...login, return_password: p.bool(false) },
      run: (args, ctx) => roles(args.return_password, args, ctx),
    }),
    role_get: fn({
      doc: "Give the facts of a user or group, or None.\n\nsalt '*' postgres.role_get postgres",
      params: { name, ...login, return_password: p.bool(false) },
      run: (args, ctx) => roleNamed(args.name, args.return_password, args, ctx),
    }),
    user_exists: fn({
      doc: "Say whether a user is there.\n\nsalt '*' postgres.user_exists username",
      params: { name, ...login },
      run: async (args, ctx) => await roleNamed(args.name, false, args, ctx) !== null,
    }),
    user_create: fn({
      doc: "Make a user; False when it is there.\n\nsalt '*' postgres.user_create username user=user host=hostname port=port password=password rolepassword=rolepassword",
      params: {
        username: name, ...connection, createdb: none, createroles: none, inherit: none, login: none, connlimit: none, encrypted: none, superuser: none, replication: none,
        rolepassword: none, valid_until: none, groups: none, runas, strict,
      },
      run: (args, ctx) => createRole(args.username, 'user', args, args.strict, args, ctx),
    }),
    user_update: fn({
      doc: "Change a user.\n\nsalt '*' postgres.user_update username createdb=True",
      params: {
        username: name, ...connection, createdb: none, createroles: none, encrypted: none, superuser: none, inherit: none, login: none, connlimit: none, replication: none,
        rolepassword: none, valid_until: none, groups: none, runas, strict,
      },
      run: (args, ctx) => updateRole(args.username, args, args.strict, args, ctx),
    }),
    user_remove: fn({
      doc: "Remove a user.\n\nsalt '*' postgres.user_remove username",
      params: { username: name, ...login, strict },
      run: (args, ctx) => removeRole(args.username, args.strict, args, ctx),
    }),
    group_create: fn({
      doc: "Make a group; False when it is there.\n\nsalt '*' postgres.group_create groupname",
      params: {
        groupname: name, ...connection, createdb: none, createroles: none, encrypted: none, login: none, inherit: none, superuser: none, replication: none, rolepassword: none,
        groups: none, runas, strict,
      },
      run: (args, ctx) => createRole(args.groupname, 'group', args, args.strict, args, ctx),
    }),
    group_update: fn({
      doc: "Change a group.\n\nsalt '*' postgres.group_update groupname createdb=True",
      params: {
        groupname: name, ...connection, createdb: none, createroles: none, encrypted: none, inherit: none, login: none, superuser: none, replication: none, rolepassword: none,
        groups: none, runas, strict,
      },
      run: (args, ctx) => updateRole(args.groupname, args, args.strict, args, ctx),
    }),
    group_remove: fn({
      doc: "Remove a group.\n\nsalt '*' postgres.group_remove groupname",
      params: { groupname: name, ...login, strict },
      run: (args, ctx) => removeRole(args.groupname, args.strict, args, ctx),
    }),
    available_extensions: fn({
      doc: "Give the extensions that could be installed.\n\nsalt '*' postgres.available_extensions",
      params: login,
      run: (args, ctx) => available(args, ctx),
    }),
    installed_extensions: fn({
      doc: "Give the extensions of a database.\n\nsalt '*' postgres.installed_extensions",
      params: login,
      run: (args, ctx) => installed(args, ctx),
    }),
    get_available_extension: fn({
      doc: "Give the facts of an extension that could be installed.\n\nsalt '*' postgres.get_available_extension plpgsql",
      params: { name, ...login },
      run: (args, ctx) => availableNamed(args.name, args, ctx),
    }),
    get_installed_extension: fn({
      doc: "Give the facts of an installed extension.\n\nsalt '*' postgres.get_installed_extension plpgsql",
      params: { name, ...login },
      run: (args, ctx) => installedNamed(args.name, args, ctx),
    }),
    is_available_extension: fn({
      doc: "Say whether an extension could be installed.\n\nsalt '*' postgres.is_available_extension pgcrypto",
      params: { name, ...login },
      run: (args, ctx) => isAvailable(args.name, args, ctx),
    }),
    is_installed_extension: fn({
      doc: "Say whether an extension is installed.\n\nsalt '*' postgres.is_installed_extension pgcrypto",
      params: { name, ...login },
      run: async (args, ctx) => await installedNamed(args.name, args, ctx) !== null,
    }),
    create_metadata: fn({
      doc: "Tell how an extension stands to a version and schema: not installed, installed, to upgrade, to move.\n\nsalt '*' postgres.create_metadata adminpack",
      params: { name, ext_version: none, schema: none, ...login },
      run: (args, ctx) => standing(args.name, args, args, ctx),
    }),
    create_extension: fn({
      doc: "Install an extension, or bring it to a version and schema.\n\nsalt '*' postgres.create_extension adminpack",
      params: { name, if_not_exists: none, schema: none, ext_version: none, from_version: none, ...login, strict },
      run: (args, ctx) => createExtension(args.name, { ...args, ifNotExists: args.if_not_exists === null || isTruthy(args.if_not_exists) }, args.strict, args, ctx),
    }),
    drop_extension: fn({
      doc: "Remove an extension.\n\nsalt '*' postgres.drop_extension adminpack",
      params: { name, if_exists: none, restrict: none, cascade: none, ...login, strict },
      run: (args, ctx) => dropExtension(
        args.name, { ifExists: isTruthy(args.if_exists), restrict: isTruthy(args.restrict), cascade: args.cascade === null || isTruthy(args.cascade) }, args.strict, args, ctx,
      ),
    }),
    schema_list: fn({
      doc: "Give the schemas of a database with their facts.\n\nsalt '*' postgres.schema_list dbname",
      params: { dbname: name, ...ofSchema },
      run: (args, ctx) => schemas(schemaLogin(args), ctx),
    }),
    schema_get: fn({
      doc: "Give the facts of a schema, or None.\n\nsalt '*' postgres.schema_get dbname name",
      params: { dbname: name, name, ...ofSchema },
      async run(args, ctx) {
        const all = await schemas(schemaLogin(args), ctx);
        return Object.hasOwn(all, args.name) ? all[args.name] ?? null : null;
      },
    }),
    schema_exists: fn({
      doc: "Say whether a schema is there.\n\nsalt '*' postgres.schema_exists dbname schemaname",
      params: { dbname: name, name, ...ofSchema },
      run: async (args, ctx) => Object.hasOwn(await schemas(schemaLogin(args), ctx), args.name),
    }),
    schema_create: fn({
      doc: "Make a schema; False when it is there.\n\nsalt '*' postgres.schema_create dbname name owner='owner'",
      params: { dbname: name, name, owner: none, ...ofSchema, strict },
      run: (args, ctx) => createSchema(args.name, args.owner, args.strict, schemaLogin(args), ctx),
    }),
    schema_remove: fn({
      doc: "Remove a schema that is empty.\n\nsalt '*' postgres.schema_remove dbname schemaname",
      params: { dbname: name, name, ...ofSchema, strict },
      run: (args, ctx) => removeSchema(args.name, args.strict, schemaLogin(args), ctx),
    }),
    language_list: fn({
      doc: "Give the languages of a database.\n\nsalt '*' postgres.language_list dbname",
      params: inDatabase,
      run: (args, ctx) => languages(args, ctx),
    }),
    language_exists: fn({
      doc: "Say whether a database has a language.\n\nsalt '*' postgres.language_exists plpgsql dbname",
      params: { name, ...inDatabase },
      run: async (args, ctx) => Object.hasOwn(await languages(args, ctx), args.name),
    }),
    language_create: fn({
      doc: "Bring a language into a database.\n\nsalt '*' postgres.language_create plpgsql dbname",
      params: { name, ...inDatabase },
      run: (args, ctx) => setLanguage('CREATE', args.name, args, ctx),
    }),
    language_remove: fn({
      doc: "Take a language out of a database.\n\nsalt '*' postgres.language_remove plpgsql dbname",
      params: { name, ...inDatabase },
      run: (args, ctx) => setLanguage('DROP', args.name, args, ctx),
    }),
    privileges_list: fn({
      doc: "Give the rights on a table, sequence, schema, database, function, tablespace or language by role, or the members of a group.\n\nsalt '*' postgres.privileges_list table_name table maintenance_db=db_name",
      params: { name, object_type: p.string(), ...ofRights },
      run: (args, ctx) => listRights(subject(args.name, args.object_type, args.prepend), args, ctx),
    }),
    has_privileges: fn({
      doc: "Say whether a role has rights, or is in a group.\n\nsalt '*' postgres.has_privileges user_name table_name table SELECT,INSERT maintenance_db=db_name",
      params: { name, object_name: p.string(), object_type: p.string(), privileges: none, grant_option: none, ...ofRights },
      run(args, ctx) {
        const object = subject(args.object_name, args.object_type, args.prepend);
        return hasRights(args.name, object, { rights: wishedRights(object, args.privileges), grantOption: isTruthy(args.grant_option) }, args, ctx);
      },
    }),
    privileges_grant: fn({
      doc: "Give rights to a role, or put it into a group; False when it has them.\n\nsalt '*' postgres.privileges_grant user_name table_name table SELECT,UPDATE maintenance_db=db_name",
      params: { name, object_name: p.string(), object_type: p.string(), privileges: none, grant_option: none, ...ofRights, strict },
      run(args, ctx) {
        const object = subject(args.object_name, args.object_type, args.prepend);
        return grantRights(args.name, object, { rights: wishedRights(object, args.privileges), grantOption: isTruthy(args.grant_option) }, args.strict, args, ctx);
      },
    }),
    privileges_revoke: fn({
      doc: "Take rights from a role, or take it out of a group; False when it has them not.\n\nsalt '*' postgres.privileges_revoke user_name table_name table SELECT,UPDATE maintenance_db=db_name",
      params: { name, object_name: p.string(), object_type: p.string(), privileges: none, ...ofRights, strict },
      run(args, ctx) {
        const object = subject(args.object_name, args.object_type, args.prepend);
        return revokeRights(args.name, object, wishedRights(object, args.privileges), args.strict, args, ctx);
      },
    }),
    datadir_init: fn({
      doc: "Make a folder of data for a server; False when it is there.\n\nsalt '*' postgres.datadir_init /var/lib/pgsql/data",
      params: { name, auth: p.string('password'), user: none, password: none, encoding: p.string('UTF8'), locale: none, waldir: none, checksums: p.bool(false), runas },
      run: (args, ctx) => initDataFolder(args.name, args, ctx),
    }),
    datadir_exists: fn({
      doc: "Say whether a folder is the data of a server.\n\nsalt '*' postgres.datadir_exists /var/lib/pgsql/data",
      params: { name },
      run: (args, ctx) => isDataFolder(args.name, ctx),
    }),
  },
});
