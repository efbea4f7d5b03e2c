// Package memstore keeps sessions in memory. It is for tests and examples, and is the reference
// implementation of [store.Backend].
//
//	backend := memstore.New()
//	err := backend.Insert(ctx, &sessions.Session{
//		ID: "s-1", Company: "acme", CreatedAt: time.Now(), Status: sessions.Pending,
//	})
//	if err != nil {
//		return err
//	}
//	st := store.New(backend, store.Options{
//		Settings: new(memstore.Settings), Trail: new(memstore.Trail),
//	})
//	page, err := st.List(ctx, store.Viewer{Company: "acme", Role: sessions.Agent}, store.Query{})
//
// Its answers are those of filter.Filter.Match, session by session. It implements every optional
// interface of package store except [store.Pooled], since it has no connections.
//
// A company is a list of pointers, oldest first, which is searched by position and read from its
// end. A budget counts the sessions that were examined. A page costs the sessions between its ends,
// wherever in the list it is. Inserting a session that is not the newest moves all newer ones.
// Sessions are copied when they are stored and when they are returned.
//
// A watermark is the number of changes that the company has seen. Writers take turns, so that no
// change becomes visible late.
//
// [Settings] keeps settings with their history, and [Trail] keeps audit trails, until the process
// ends.
//
// All types may be used by many goroutines at once. Their zero values are empty and ready to use.
package memstore
