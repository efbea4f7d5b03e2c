package filtertest_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/kvalifika/sessionkit/filter"
	"github.com/kvalifika/sessionkit/filter/filtertest"
	"github.com/kvalifika/sessionkit/sessions"
)

// A property of every filter: a session matches either it or its negation.
func Example() {
	list := []*sessions.Session{{ID: "a", Status: sessions.Failed, CreatedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	r := rand.New(rand.NewPCG(1, 2))
	broken := 0
	for range 1000 {
		f := filtertest.Filter(r, list, 3)
		if f.Match(list[0]) == filter.Not(f).Match(list[0]) {
			broken++
		}
	}
	fmt.Println(broken)
	// Output: 0
}
