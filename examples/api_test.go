package examples_test

import (
	"flag"
	"fmt"
	"go/constant"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// released is the version whose API later ones keep. See "Releases" in CONTRIBUTING.md.
const released = "v0.1.0"

var update = flag.Bool("update", false, "write the exported API as that of the version "+released)

// TestAPI requires that everything that the released version exports still exists unchanged.
// Additions are permitted.
func TestAPI(t *testing.T) {
	golden := filepath.Join("testdata", "api-"+released+".txt")
	now := exportedAPI(t)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o750))
		require.NoError(t, os.WriteFile(golden, []byte(strings.Join(now, "\n")+"\n"), 0o600))
	}
	text, err := os.ReadFile(golden)
	require.NoError(t, err)
	var gone []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); !slices.Contains(now, line) {
			gone = append(gone, line)
		}
	}
	require.Empty(t, gone, "%s has this, and it is not there any more, or not as it was", released)
}

// exportedAPI returns a line for each exported name of the root module and of export/xlsx, sorted.
func exportedAPI(t *testing.T) []string {
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-export", "-f", "{{.ImportPath}}\t{{.Export}}\t{{.Name}}",
		"github.com/kvalifika/sessionkit/...")
	list.Stderr = os.Stderr
	out, err := list.Output()
	require.NoError(t, err)
	compiled := map[string]string{}
	var paths []string
	for line := range strings.Lines(string(out)) {
		path, rest, _ := strings.Cut(strings.TrimSpace(line), "\t")
		file, name, _ := strings.Cut(rest, "\t")
		compiled[path] = file
		inside, ours := strings.CutPrefix(path, "github.com/kvalifika/sessionkit/")
		if ours && name != "main" && !strings.HasPrefix(inside, "examples") && !slices.Contains(strings.Split(inside, "/"), "internal") {
			paths = append(paths, path)
		}
	}
	require.NotEmpty(t, paths)
	read := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(compiled[path]) })
	var lines []string
	for _, path := range paths {
		p, err := read.Import(path)
		require.NoError(t, err)
		scope := p.Scope()
		for _, name := range scope.Names() {
			if o := scope.Lookup(name); o.Exported() {
				for _, line := range describeObject(o) {
					lines = append(lines, strings.TrimPrefix(path, "github.com/kvalifika/sessionkit/")+": "+line)
				}
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// unnamed returns parameters or results without their names, on which callers do not depend.
func unnamed(list *types.Tuple) *types.Tuple {
	var vars []*types.Var
	for v := range list.Variables() {
		vars = append(vars, types.NewParam(token.NoPos, nil, "", v.Type()))
	}
	return types.NewTuple(vars...)
}

// describeObject returns the properties on which hosts rely: for a type, a line for each field and
// method.
func describeObject(o types.Object) []string {
	name := func(p *types.Package) string {
		if p == o.Pkg() {
			return ""
		}
		return p.Name()
	}
	text := func(t types.Type) string { return types.TypeString(t, name) }
	signature := func(f types.Object) string {
		s, _ := f.Type().(*types.Signature)
		return strings.TrimPrefix(text(types.NewSignatureType(nil, nil, nil, unnamed(s.Params()), unnamed(s.Results()), s.Variadic())), "func")
	}
	switch o := o.(type) {
	case *types.Const:
		value := o.Val().ExactString()
		if o.Val().Kind() == constant.Float { // exact ones are unreadable fractions
			value = o.Val().String()
		}
		return []string{fmt.Sprintf("const %s %s = %s", o.Name(), text(o.Type()), value)}
	case *types.Func:
		return []string{"func " + o.Name() + signature(o)}
	case *types.TypeName:
		if o.IsAlias() {
			return []string{fmt.Sprintf("type %s = %s", o.Name(), text(types.Unalias(o.Type())))}
		}
		var lines []string
		switch under := o.Type().Underlying().(type) {
		case *types.Struct:
			lines = append(lines, fmt.Sprintf("type %s struct", o.Name()))
			for i := range under.NumFields() {
				if f := under.Field(i); f.Exported() {
					lines = append(lines, strings.TrimSpace(fmt.Sprintf("field %s.%s %s %s", o.Name(), f.Name(), text(f.Type()), under.Tag(i))))
				}
			}
		case *types.Interface: // as a whole: a further method breaks those who implement it
			lines = append(lines, fmt.Sprintf("type %s %s", o.Name(), text(under)))
		default:
			lines = append(lines, fmt.Sprintf("type %s %s", o.Name(), text(under)))
		}
		if types.IsInterface(o.Type()) {
			return lines
		}
		methods := types.NewMethodSet(o.Type())
		for selection := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
			if m := selection.Obj(); m.Exported() {
				star := "*"
				if methods.Lookup(m.Pkg(), m.Name()) != nil {
					star = ""
				}
				lines = append(lines, fmt.Sprintf("method (%s%s) %s%s", star, o.Name(), m.Name(), signature(m)))
			}
		}
		return lines
	default:
		return []string{fmt.Sprintf("var %s %s", o.Name(), text(o.Type()))}
	}
}
