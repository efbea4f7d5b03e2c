package mystore_test

import (
	"testing"

	"github.com/kvalifika/sessionkit/examples/mystore"
	"github.com/kvalifika/sessionkit/sessions/store/storetest"
)

func TestMyStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		s := mystore.New()
		return storetest.Fixture{Backend: s, Put: s.Save, Lacks: storetest.Lacks{Changes: true}}
	})
}
