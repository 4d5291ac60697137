package check

// Migrated tells whether a database has tables. It may not have been reached or made yet.
func (d *Database) Migrated() bool {
	var version int64
	return d.db.QueryRow("SELECT MAX(version_id) FROM schema_migrations").Scan(&version) == nil && version > 0
}
