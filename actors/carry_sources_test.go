package actors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// atHome are the types of this package that look as if they were sent to other nodes, and are not.
var atHome = []string{
	"begin", "abandon", "finish", "halt", // orders of a session to itself
	"lineRead", "deskTick", "gathered", // of a desk to itself
}

// Whatever is told to a session or a desk, is an order, an output or the body of an event, must be carried or named in atHome.
func TestNoMessageIsForgotten(t *testing.T) {
	var known []string
	for _, typ := range ours() {
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		known = append(known, typ.Name())
	}
	forgotten := func(why string, names []string) {
		if len(names) < 2 {
			t.Errorf("%s: only %v found; the test looks in the wrong place", why, names)
		}
		for _, name := range names {
			if !slices.Contains(known, name) && !slices.Contains(atHome, name) {
				t.Errorf("%s is %s, and carry.go does not carry it", name, why)
			}
		}
	}
	forgotten("told to sessions", grouped(t, "messages.go", "What sessions are told"))
	forgotten("told to desks", grouped(t, "desk.go", "What desks are told"))
	forgotten("an order", having(t, ".", "plan"))
	forgotten("an output", having(t, ".", "output"))
	forgotten("an output of a desk", having(t, ".", "deskOutput"))
	forgotten("the body of an event", having(t, filepath.Join("..", "chat"), "Type"))
}

// grouped names the types of the group that begins with such a comment.
func grouped(t *testing.T, file, comment string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, decl := range parsed.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE || !strings.HasPrefix(group.Doc.Text(), comment) {
			continue
		}
		for _, spec := range group.Specs {
			names = append(names, spec.(*ast.TypeSpec).Name.Name)
		}
	}
	return names
}

// having names the types of a folder that have a method.
func having(t *testing.T, folder, method string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != method {
				continue
			}
			receiver := f.Recv.List[0].Type
			if pointer, is := receiver.(*ast.StarExpr); is {
				receiver = pointer.X
			}
			names = append(names, receiver.(*ast.Ident).Name)
		}
	}
	return names
}
