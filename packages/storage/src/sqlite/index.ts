/** `@wheelhouse/storage/sqlite`: the embedded storage, SQLite in one data folder. */

export { databaseFile } from "./folder.ts";
export { openSqliteStorage, type SqliteOptions } from "./open.ts";
