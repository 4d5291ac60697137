package postgres

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// firstLinted is the first migration that programs of the version before it have to live with.
const firstLinted = 14

// What a migration must not do while programs run that do not know it: see doc.go. Of what it has created itself it may do all.
var (
	// breaking takes something away that older programs use, or refuses what they write.
	breaking = []forbidden{
		{regexp.MustCompile(`^DROP (?:TABLE|COLUMN|VIEW|SCHEMA|TYPE|FUNCTION)`), "drops something"},
		{regexp.MustCompile(`^ALTER TABLE .*\b(DROP|RENAME)\b`), "drops or renames something"},
		{regexp.MustCompile(`^ALTER (TYPE|INDEX|SEQUENCE|VIEW)\b`), "changes something that is used"},
		{regexp.MustCompile(`\bSET NOT NULL\b`), "refuses rows of older programs"},
		{regexp.MustCompile(`^ALTER TABLE .*\bALTER (COLUMN )?\S+ (SET DATA )?TYPE\b`), "changes the type of a column"},
		{regexp.MustCompile(`^ALTER TABLE .*\bADD CONSTRAINT\b`), "refuses rows of older programs"},
		{regexp.MustCompile(`^CREATE UNIQUE INDEX\b`), "refuses rows of older programs"},
		{regexp.MustCompile(`^CREATE (OR REPLACE )?(TRIGGER|RULE|FUNCTION)\b`), "changes what statements of older programs do"},
		{regexp.MustCompile(`^(TRUNCATE|DELETE)\b`), "deletes rows"},
		{regexp.MustCompile(`^DROP INDEX\b`), "drops an index that is read"},
	}
	// locking makes everybody wait who uses a table, for as long as it has rows.
	locking = []forbidden{
		{regexp.MustCompile(`^CREATE (UNIQUE )?INDEX (IF|[^C])`), "locks the table while it builds an index: CREATE INDEX CONCURRENTLY"},
		{regexp.MustCompile(`^UPDATE\b`), "locks each row that it changes until it ends"},
		{regexp.MustCompile(`^(LOCK|CLUSTER|REINDEX|VACUUM)\b`), "locks a table"},
		{regexp.MustCompile(`^ALTER TABLE .*\bADD COLUMN\b.*\bDEFAULT [^,]*\(`), "writes the whole table anew for a default that is calculated"},
		{regexp.MustCompile(`^ALTER TABLE .*\bADD COLUMN\b.*\b(UNIQUE|PRIMARY KEY|REFERENCES|CHECK)\b`), "reads the whole table"},
	}
	columnAdded  = regexp.MustCompile(`\bADD COLUMN\b([^,]*)`)
	declared     = regexp.MustCompile(`(?m)^-- (contract|locks): (.*)$`)
	since        = regexp.MustCompile(`^since (\d{5}), \S+`)
	raised       = regexp.MustCompile(`^UPDATE SCHEMA_FLOOR SET VERSION = (\d+) WHERE ID = 1$`)
	created      = regexp.MustCompile(`^CREATE TABLE (\S+)`)
	touched      = regexp.MustCompile(`^(?:CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?\S+ ON|ALTER TABLE|UPDATE|DELETE FROM|DROP TABLE) (\S+)`)
	concurrently = regexp.MustCompile(`^CREATE INDEX CONCURRENTLY (\S+)`)
	abandoned    = regexp.MustCompile(`^DROP INDEX CONCURRENTLY IF EXISTS (\S+)$`)
)

type forbidden struct {
	pattern *regexp.Regexp
	why     string
}

// offences are what is wrong with a migration of a number.
func offences(number int, text string) (all []string) {
	up, _, _ := strings.Cut(text, "-- +goose Down")
	declarations := make(map[string]string)
	for _, found := range declared.FindAllStringSubmatch(up, -1) {
		declarations[found[1]] = found[2]
	}
	statements := split(up)
	contract, floor := declarations["contract"], 0
	if contract != "" {
		if found := since.FindStringSubmatch(contract); found != nil {
			floor, _ = strconv.Atoi(found[1]) // digits
		}
		if floor == 0 || floor >= number {
			all = append(all, "a contract says since which earlier migration nobody uses it, and why: -- contract: since 00012, …")
		}
	}
	isNew := make(map[string]bool)
	var raises []int
	for i, statement := range statements {
		if found := created.FindStringSubmatch(statement); found != nil {
			isNew[found[1]] = true
		}
		if found := raised.FindStringSubmatch(statement); found != nil {
			version, _ := strconv.Atoi(found[1]) // digits
			raises = append(raises, version)
			continue
		}
		if found := abandoned.FindStringSubmatch(statement); found != nil && i+1 < len(statements) &&
			strings.HasPrefix(statements[i+1], "CREATE INDEX CONCURRENTLY "+found[1]+" ") {
			continue // what an earlier try has left behind
		}
		if found := touched.FindStringSubmatch(statement); found != nil && isNew[found[1]] {
			continue
		}
		if found := concurrently.FindStringSubmatch(statement); found != nil {
			if i == 0 || statements[i-1] != "DROP INDEX CONCURRENTLY IF EXISTS "+found[1] {
				all = append(all, found[1]+": an index that could not be built stays, and is not used: DROP INDEX CONCURRENTLY IF EXISTS before")
			}
			if !strings.Contains(up, "-- +goose NO TRANSACTION") {
				all = append(all, found[1]+": CONCURRENTLY cannot be in a transaction: -- +goose NO TRANSACTION")
			}
		}
		if contract == "" {
			all = append(all, matches(breaking, statement)...)
			for _, column := range columnAdded.FindAllStringSubmatch(statement, -1) {
				if strings.Contains(column[1], "NOT NULL") && !strings.Contains(column[1], "DEFAULT") {
					all = append(all, "refuses rows of older programs: "+statement)
				}
			}
		}
		if declarations["locks"] == "" {
			all = append(all, matches(locking, statement)...)
		}
	}
	if contract == "" && len(raises) > 0 || contract != "" && !slices.Equal(raises, []int{floor}) {
		all = append(all, fmt.Sprintf("the contract is %q, and the floor is raised to %v", contract, raises))
	}
	return all
}

func matches(rules []forbidden, statement string) (all []string) {
	for _, rule := range rules {
		if rule.pattern.MatchString(statement) {
			all = append(all, rule.why+": "+statement)
		}
	}
	return all
}

// split returns statements in capitals, without comments, each on one line.
func split(text string) (statements []string) {
	text = regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(text, "")
	for _, part := range strings.Split(text, ";") {
		if line := strings.ToUpper(strings.Join(strings.Fields(part), " ")); line != "" {
			statements = append(statements, line)
		}
	}
	return statements
}

func TestMigrationsLeaveOlderProgramsWhatTheyUse(t *testing.T) {
	t.Parallel()
	linted := 0
	for i, path := range files(t, "migrations/*.sql") {
		number, err := strconv.Atoi(filepath.Base(path)[:5])
		if err != nil || number != i+1 {
			t.Fatalf("%s is not the number %d: %v", path, i+1, err)
		}
		if number < firstLinted {
			continue
		}
		linted++
		for _, offence := range offences(number, read(t, path)) {
			t.Errorf("%s %s", path, offence)
		}
	}
	if linted == 0 {
		t.Error("no migration was looked at")
	}
}

func TestWhatAMigrationMustNotDoIsFound(t *testing.T) {
	t.Parallel()
	for text, wrong := range map[string]int{
		"CREATE TABLE a (b TEXT NOT NULL); CREATE UNIQUE INDEX c ON a (b); INSERT INTO a (b) VALUES ('x'); UPDATE a SET b = ''": 0,
		"ALTER TABLE bots ADD COLUMN a TEXT":                                           0,
		"ALTER TABLE bots ADD COLUMN a TEXT NOT NULL DEFAULT ''":                       0,
		"ALTER TABLE bots ADD COLUMN a TEXT, ADD COLUMN b BIGINT NOT NULL DEFAULT 0":   0,
		"ALTER TABLE bots ADD COLUMN a TEXT NOT NULL":                                  1,
		"ALTER TABLE bots\n\tADD COLUMN a TEXT NOT NULL, ADD COLUMN b TEXT DEFAULT ''": 1,
		"ALTER TABLE bots ADD COLUMN a TIMESTAMPTZ DEFAULT clock_timestamp()":          1,
		"ALTER TABLE bots ADD COLUMN a TEXT REFERENCES tenants (id)":                   1,
		"alter table bots drop column version":                                         1,
		"ALTER TABLE bots RENAME COLUMN version TO a":                                  1,
		"ALTER TABLE bots RENAME TO robots":                                            1,
		"ALTER TABLE bots ALTER COLUMN version SET NOT NULL":                           1,
		"ALTER TABLE bots ALTER version TYPE TEXT":                                     1,
		"ALTER TABLE bots ALTER COLUMN version SET DATA TYPE TEXT":                     1,
		"ALTER TABLE bots ADD CONSTRAINT a CHECK (version > 0)":                        1,
		"DROP TABLE bots":                                                         1,
		"DROP INDEX mails_due":                                                    1,
		"-- DROP TABLE bots\nCREATE TABLE a (b TEXT)":                             0,
		"CREATE TABLE a (b TEXT)\n-- +goose Down\nDROP TABLE a":                   0,
		"DELETE FROM bots":                                                        1,
		"UPDATE bots SET version = 1":                                             1,
		"-- locks: there are few bots\nUPDATE bots SET version = 1":               0,
		"-- locks: there are few bots\nDROP TABLE bots":                           1,
		"CREATE UNIQUE INDEX CONCURRENTLY a ON bots (version)":                    1,
		"CREATE INDEX a ON bots (version)":                                        1,
		"CREATE INDEX IF NOT EXISTS a ON bots (version)":                          1,
		"-- locks: there are few bots\nCREATE INDEX a ON bots (version)":          0,
		"CREATE INDEX CONCURRENTLY a ON bots (version)":                           2,
		"-- +goose NO TRANSACTION\nCREATE INDEX CONCURRENTLY a ON bots (version)": 1,
		"-- +goose NO TRANSACTION\nDROP INDEX CONCURRENTLY IF EXISTS a; CREATE INDEX CONCURRENTLY a ON bots (version)": 0,
		"-- +goose NO TRANSACTION\nDROP INDEX CONCURRENTLY IF EXISTS mails_due; CREATE INDEX CONCURRENTLY a ON b (c)":  2,
		"CREATE TRIGGER a BEFORE INSERT ON bots EXECUTE FUNCTION b()":                                                  1,
		"-- contract: since 00015, mails have it\nDROP TABLE bots; UPDATE schema_floor SET version = 15 WHERE id = 1":  0,
		"-- contract: since 00015, mails have it\nDROP TABLE bots":                                                     1,
		"-- contract: since 00015, mails have it\nDROP TABLE bots; UPDATE schema_floor SET version = 16 WHERE id = 1":  1,
		"-- contract: since 00020, this very one\nDROP TABLE bots; UPDATE schema_floor SET version = 20 WHERE id = 1":  1,
		"-- contract: nobody uses it\nDROP TABLE bots; UPDATE schema_floor SET version = 15 WHERE id = 1":              2,
		"UPDATE schema_floor SET version = 15 WHERE id = 1":                                                            1,
	} {
		if found := offences(20, "-- +goose Up\n"+text); len(found) != wrong {
			t.Errorf("%s:\nwant %d offences, got %q", text, wrong, found)
		}
	}
}
