package far_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// codecs are the methods that packages of the standard library call.
var codecs = map[string]bool{
	"Error": true, "Unwrap": true, "String": true, "Format": true, "AppendText": true, "MarshalText": true, "UnmarshalText": true, "MarshalJSON": true,
	"UnmarshalJSON": true, "Value": true, "Scan": true,
}

// TestEveryNameHasAnExample requires that every exported name has an Example that uses it.
func TestEveryNameHasAnExample(t *testing.T) {
	parse := func(name string) *ast.File {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		return f
	}
	used := map[string]bool{}
	ast.Inspect(parse("example_test.go"), func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			used[s.Sel.Name] = true
		}
		return true
	})
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	names := 0
	check := func(id *ast.Ident) {
		if id.IsExported() && !codecs[id.Name] {
			require.True(t, used[id.Name], "%s: no Example uses it", id.Name)
			names++
		}
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		for _, d := range parse(e.Name()).Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				check(d.Name)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						check(spec.Name)
					case *ast.ValueSpec:
						for _, id := range spec.Names {
							check(id)
						}
					}
				}
			}
		}
	}
	require.Greater(t, names, 50)
}
