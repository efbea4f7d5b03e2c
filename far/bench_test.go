package far

import "testing"

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"Match Level 7 - 1/500,000 FAR", "Match Level 7", "7", "1/500,000"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Kvalifika.Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLabel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = Kvalifika.Label(7)
	}
}

func BenchmarkCheck(b *testing.B) {
	p, err := NewPolicy(Kvalifika, 5)
	if err != nil {
		b.Fatal(err)
	}
	for _, level := range []Level{7, 4} {
		b.Run("level "+level.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if (p.Check(level) == nil) != (level >= 5) {
					b.Fatal(level)
				}
			}
		})
	}
}
