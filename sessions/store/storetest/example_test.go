package storetest_test

import (
	"testing"

	"github.com/kvalifika/sessionkit/sessions/store/memstore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

// A host's test of its own storage, which is memstore here.
func Example() {
	_ = func(t *testing.T) { // func TestStore(t *testing.T)
		storetest.Run(t, func(*testing.T) storetest.Fixture {
			return storetest.Fixture{Backend: memstore.New()}
		})
	}
	// Output:
}
