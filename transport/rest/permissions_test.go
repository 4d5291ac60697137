package rest

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

//go:generate go test -run TestThePageOfPermissionsSaysWhatTheTablesSay -update .

// permissionsPage is where users read who may do what.
const permissionsPage = "../../docs/permissions.md"

func TestThePageOfPermissionsSaysWhatTheTablesSay(t *testing.T) {
	t.Parallel()
	page := permissions(newServer(Config{}).api.OpenAPI())
	if *update {
		if err := os.WriteFile(permissionsPage, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(permissionsPage)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, kept) {
		t.Error("docs/permissions.md is not what account says: run go generate ./transport/rest")
	}
}

// words say what members with an action may do.
var words = map[account.Action]string{
	account.Self:           "see and change what is their own: name, password, sign-ins",
	account.Read:           "see bots, sources, conversations and colleagues",
	account.Ask:            "try bots and ask them over the API",
	account.Take:           "take conversations over, write to visitors, sort the inbox",
	account.ManageBots:     "make, change and delete bots and what they know",
	account.ManageWebhooks: "say which servers are told what happens",
	account.ManageMembers:  "invite people, change their roles, remove them",
	account.ManageKeys:     "make and end API keys",
	account.ManageTenant:   "change the business's name, its rules and from where it is reached",
	account.ManagePrivacy:  "export and erase visitors",
	account.ManageBilling:  "buy, change and end what the business pays for",
	account.ReadAudit:      "read who did what",
	account.Own:            "export, hand over and erase the business",
}

// permissions writes the page.
func permissions(specification *huma.OpenAPI) []byte {
	var b bytes.Buffer
	b.WriteString(`# Who may do what

This page is written by a program from the tables that Parley itself decides by. An operation or a frame that is in none of them is not served.

## What may owners, admins, agents and viewers do?

| | owner | admin | agent | viewer |
| --- | --- | --- | --- | --- |
`)
	roles := []account.Role{account.Owner, account.Admin, account.Agent, account.Viewer}
	for _, action := range account.Actions {
		fmt.Fprintf(&b, "| %s (`%s`) |", words[action], action)
		for _, role := range roles {
			b.WriteString(mark(role.May(action)))
		}
		b.WriteByte('\n')
	}
	b.WriteString(`
Only owners make others owners, and change or remove an owner. Whoever is not allowed something is answered with 403. What belongs to another business, what does not exist and
an id that cannot be one are answered with the same 404.

## What may API keys do?

`)
	b.WriteString("| |")
	for _, scope := range account.AllScopes {
		fmt.Fprintf(&b, " %s |", scope)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(account.AllScopes)+1) + "\n")
	for _, action := range account.Actions {
		if !account.ScopesOf(account.AllScopes...).May(action) {
			continue
		}
		fmt.Fprintf(&b, "| %s (`%s`) |", words[action], action)
		for _, scope := range account.AllScopes {
			b.WriteString(mark(account.ScopesOf(scope).May(action)))
		}
		b.WriteByte('\n')
	}
	b.WriteString(`
Nothing else is for keys, whatever their scopes. A key of one bot sees that bot alone: lists are narrowed to it, and everything else is answered with 404. See [API keys](api-keys.md).

## Which operations are there, and what do they take?

"Anybody" stands for what needs no sign-in: what it takes is in the request itself. "People" are members who are signed in, and not keys. "Operators"
are people who run the installation, see [Operating](operator.md). "A bot's key"
tells whether a key of one bot reaches it, for its own bot.
`)
	operations(&b, specification)
	b.WriteString(`
## Which frames of the socket are there, and who may send them?

| Frame | Visitors | Members |
| --- | --- | --- |
`)
	for _, frame := range slices.Sorted(maps.Keys(account.Frames)) {
		need := account.Frames[frame]
		members := " – |"
		switch {
		case need.Open:
			members = " anybody |"
		case need.Action != "":
			members = fmt.Sprintf(" `%s` |", need.Action)
		}
		fmt.Fprintf(&b, "| `%s` |%s%s\n", frame, mark(need.Open || need.Visitor), members)
	}
	b.WriteString(`
Members open a desk with ` + "`desk.open`" + `, which keys cannot. Visitors, and programs that speak for them with a key to ask, open a session with ` + "`session.open`" + `.
`)
	return b.Bytes()
}

// operations writes a table for each tag, in the order of the specification.
func operations(b *bytes.Buffer, specification *huma.OpenAPI) {
	type row struct{ path, method, text string }
	tables := make(map[string][]row)
	for path, item := range specification.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op == nil {
				continue
			}
			need := account.Operations[op.OperationID]
			who, bots := "anybody", " – |"
			switch {
			case need.Operator:
				who = "operators"
			case !need.Open:
				who, bots = fmt.Sprintf("`%s`", need.Action), mark(!need.Person && reachesBots(need, path))
				if need.Person || !account.ScopesOf(account.AllScopes...).May(need.Action) {
					who += ", people"
				}
			}
			tables[op.Tags[0]] = append(tables[op.Tags[0]], row{path, method, fmt.Sprintf("| `%s %s` | %s | %s |%s\n", method, path, op.Summary, who, bots)})
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(tables)) {
		fmt.Fprintf(b, "\n### %s\n\n| Operation | | Takes | A bot's key |\n| --- | --- | --- | --- |\n", tag)
		slices.SortFunc(tables[tag], func(a, b row) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
		for _, row := range tables[tag] {
			b.WriteString(row.text)
		}
	}
}

// reachesBots tells whether a key of one bot reaches an operation that keys may use: as confine decides.
func reachesBots(need account.Need, path string) bool {
	return account.ScopesOf(account.AllScopes...).May(need.Action) &&
		(need.Narrow || strings.Contains(path, "{bot}") || strings.Contains(path, "{conversation}"))
}

func mark(yes bool) string {
	if yes {
		return " yes |"
	}
	return " – |"
}

func TestEveryActionHasWords(t *testing.T) {
	t.Parallel()
	for _, action := range account.Actions {
		if words[action] == "" {
			t.Errorf("%s has none", action)
		}
	}
}
