/** `@wheelhouse/storage/sqlite`: the embedded storage, SQLite in one data folder. */

export { openSqliteStorage, type SqliteOptions } from "./open.ts";
