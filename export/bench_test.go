package export

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/kvalifika/sessionkit/far"
	"github.com/kvalifika/sessionkit/sessions"
)

// ordinary returns sessions of a usual company: newest first, half a minute apart.
func ordinary(n int) []*sessions.Session {
	first := []string{"ნინო", "გიორგი", "Mariam", "Luka", "თამარ", "John"}
	last := []string{"ბერიძე", "Kapanadze", "მაისურაძე", "Smith-Jones", "გელაშვილი"}
	all := make([]*sessions.Session, n)
	at := time.Date(2024, 5, 1, 12, 0, 0, 123_456_000, time.UTC)
	for i := range all {
		at = at.Add(-31 * time.Second)
		s := &sessions.Session{
			ID: fmt.Sprintf("018f3e1c-7c3e-7000-8000-%012x", i), Company: "acme", Partner: "Acme Bank", Attempt: 1 + i%3,
			CreatedAt: at, CompletedAt: at.Add(95 * time.Second), Status: sessions.Success,
			FirstName: sessions.TextOf(first[i%len(first)]), LastName: sessions.TextOf(last[i%len(last)]),
			PersonalNumber: sessions.TextOf(fmt.Sprintf("%011d", 1_001_000_000+i)),
			DocumentNumber: sessions.TextOf(fmt.Sprintf("23AB%05d", i%100_000)), Nationality: sessions.TextOf("GEO"),
			BirthDate:      sessions.Date{Year: 1950 + i%55, Month: time.Month(1 + i%12), Day: 1 + i%28},
			ExpirationDate: sessions.Date{Year: 2025 + i%10, Month: time.Month(1 + i%12), Day: 1 + i%28},
			Sex:            sessions.Female, DocumentType: sessions.IDCard, DocumentPresented: true, DocumentValidity: sessions.Valid,
			Liveness: sessions.LivenessPassed, Match: sessions.Match{Compared: true, Level: 7, Scale: far.Kvalifika.Name()},
			ClientIP: fmt.Sprintf("10.0.%d.%d", i/256%256, i%256), Device: sessions.Mobile, Browser: "Chrome 126.0",
			OS: "Android 14", Model: "SM-G991B",
		}
		if i%2 == 0 {
			s.Extra, _ = sessions.NewExtra(sessions.ExtraPair{Key: "phone", Value: fmt.Sprintf("+995555%06d", i)})
		}
		all[i] = s
	}
	return all
}

func BenchmarkWrite(b *testing.B) {
	all := ordinary(10_000)
	for _, o := range []Options{{}, {Format: ExcelCSV, Zone: time.UTC}} {
		b.Run(o.Format.String(), func(b *testing.B) {
			b.SetBytes(int64(len(write(b, all, o))))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Write(context.Background(), io.Discard, selectionOf(all), o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(all))/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	all := ordinary(10_000)
	for _, o := range []Options{{}, {Format: ExcelCSV, Zone: time.UTC}} {
		b.Run(o.Format.String(), func(b *testing.B) {
			file := write(b, all, o)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range Read(bytes.NewReader(file), ReadOptions{Format: o.Format, Zone: o.Zone}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(all))/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
