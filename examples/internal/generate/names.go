package generate

import "strings"

// names splits a list at blanks. The most frequent name comes first in a list.
func names(list string) []string { return strings.Fields(list) }

// latin returns a Georgian name as in the Latin line of a passport, such as Beridze: by the
// national romanization (2002), without apostrophes.
func latin(georgian string) string {
	// In the order of the Georgian letters from U+10D0 on.
	letters := [...]string{
		"a", "b", "g", "d", "e", "v", "z", "t", "i", "k", "l", "m", "n", "o", "p", "zh", "r", "s", "t", "u", "p", "k", "gh", "q",
		"sh", "ch", "ts", "dz", "ts", "ch", "kh", "j", "h",
	}
	b := make([]byte, 0, len(georgian))
	capital := true
	for _, r := range georgian {
		if r == '-' {
			b, capital = append(b, '-'), true
			continue
		}
		n := len(b)
		if b = append(b, letters[r-'ა']...); capital {
			b[n] -= 'a' - 'A'
		}
		capital = false
	}
	return string(b)
}

// georgianNames returns Georgian names.
func georgianNames() population {
	return population{
		georgian: true,
		male: names(`გიორგი დავით ლევან ნიკოლოზ ზურაბ ლუკა ალექსანდრე ირაკლი საბა თორნიკე ნიკა გიგა ბექა ვახტანგ მამუკა თემურ
			შოთა ზვიად ნოდარ ავთანდილ მერაბ ნუგზარ გელა ვაჟა კახაბერ რევაზ რამაზ იოსებ ოთარ გურამ ილია თენგიზ ზაზა კონსტანტინე
			ამირან მიხეილ ემზარ გოჩა პაატა ვალერი ანზორ ვასილ სერგო დემეტრე ლაშა ბესიკ კობა გივი მალხაზ რომან სანდრო ანდრია
			გაბრიელ ტარიელ თამაზ ჯემალ შალვა იური ოლეგ რუსლან ვლადიმერ არჩილ ბადრი ბაჩანა ბიძინა გაგა გია გიზო გოგა გოდერძი
			დათუნა დურმიშხან ედიშერ ეკვირიკე ელგუჯა ერეკლე ვანო ვეფხია თედო თეიმურაზ იაკობ იასონ იმედა იოანე კოტე ლადო
			ლერი მათე მირიან მურმან მურთაზ ნესტორ ომარ პავლე პეტრე რატი რეზო როინ სიმონ სოლომონ სოსო სულხან ტიტე უშანგი
			ფარნავაზ ფილიპე ფირუზ ქართლოს ღვთისო ყვარყვარე შაქრო ჩიჩიკო ცოტნე ძუკუ წოტნე ჭაბუკა ხვიჩა ჯაბა ჯამბულ ჯანო ჯუმბერ ჰამლეტ`),
		female: names(`ნინო მარიამ თამარ ანა ნანა ეკატერინე ნათია მაია ქეთევან სოფიო ნატო ლელა მანანა მაკა თეა ელენე სალომე ირინა
			ხათუნა ლია ლალი ნუნუ თინათინ ნათელა ლიანა მზია ეთერი ციალა თეონა მარინე ნანი ლამარა ეკა გულნარა მაყვალა ანი
			ბარბარე თაკო ლიკა ია ნია ლილე კესანე თათია მარი ქრისტინე მირანდა დარეჯან რუსუდან გვანცა ნესტან ნონა
			ირმა ინგა ინა ზეინაბ ვენერა ვერიკო ასმათ ბელა გუგულა დალი დიანა დოდო ელზა ელისო ეფემია ვარდო ზაირა თალიკო თამთა თიკო
			იზოლდა იამზე ივლიტა კლარა ლანა ლეილა ლუიზა მადონა მედეა მერი მზექალა ნაირა ნარგიზა ნელი ოლღა ოფელია პელაგია
			პიქრია ჟუჟუნა რაისა რიმა სვეტლანა სიდონია სინარა ტატიანა უმანკო ფატი ფიქრია ქეთინო შორენა ცაცა ცირა
			ცისანა ცისმარი წიალა ხატია ჯანეტა ჯულიეტა`),
		last: names(`ბერიძე კაპანაძე გელაშვილი მაისურაძე გიორგაძე ლომიძე წიკლაური ბოლქვაძე კვარაცხელია ხუციშვილი აბაშიძე შენგელია
			ნოზაძე ხარაიშვილი მიქელაძე ჯაფარიძე დავითაშვილი მჭედლიშვილი ხვედელიძე ცქიტიშვილი გოგოლაძე მელაძე კიკნაძე ჩხეიძე
			გაგუა ჯიქია თოდუა ფიფია კვირკველია გვასალია ჭანტურია შონია ზარანდია გაბუნია ჯანაშია ქარდავა დვალი ხაჩიძე
			მესხი ფხაკაძე ჩიქოვანი დადიანი გურიელი ამილახვარი ბაგრატიონი ორბელიანი ერისთავი წერეთელი მაჩაბელი ანდრონიკაშვილი
			ჭავჭავაძე ყიფშიძე ყაზბეგი რობაქიძე ტაბიძე გამსახურდია ჯავახიშვილი კლდიაშვილი დუმბაძე ქავთარაძე ბაქრაძე ღამბაშიძე
			ალავიძე ავალიანი ასათიანი ახვლედიანი ბაბლუანი ბარათაშვილი ბაქაშვილი ბეჟანიშვილი ბიბილაშვილი ბიწაძე ბოკერია
			ბუაძე ბურდული ბურჯანაძე გაბაშვილი გაბიძაშვილი გაჩეჩილაძე გელოვანი გერგაია გვარამია გვენეტაძე გვიშიანი გოგიბერიძე
			გოგიაშვილი გოგიჩაიშვილი გოგოჭური გოცირიძე გუგუშვილი გულედანი დავითაია დარახველიძე დგებუაძე დევდარიანი დოლიძე
			ებანოიძე ებრალიძე ეგაძე ელიავა ენუქიძე ვადაჭკორია ვარდოსანიძე ვაშაკიძე ვაშაძე ზაქარაია ზოიძე ზურაბიანი
			თავაძე თაქთაქიშვილი თევზაძე თვალთვაძე თურმანიძე იაშვილი იმნაძე იმერლიშვილი იოსელიანი კაკაბაძე კალანდაძე კანდელაკი
			კახიძე კაჭარავა კეკელიძე კერესელიძე კვაჭაძე კვერნაძე კობახიძე კოპალიანი კორძაია კუპრაშვილი ლაბაძე ლაშხი
			ლეკიშვილი ლიპარტელიანი ლობჟანიძე ლომთაძე ლორთქიფანიძე მაღლაკელიძე მანჯგალაძე მარგველაშვილი მარგიანი მახარაძე მგალობლიშვილი
			მდინარაძე მეგრელიშვილი მენაბდე მერკვილაძე მუმლაძე მუსხელიშვილი მღებრიშვილი ნადირაძე ნათაძე ნაკაშიძე ნარმანია
			ნიკოლაიშვილი ნიორაძე ნიჟარაძე ონიანი ოქროპირიძე ოქრუაშვილი პაიჭაძე პაპუაშვილი პატარაია ჟვანია ჟორდანია ჟღენტი რაზმაძე
			რამიშვილი რატიანი რეხვიაშვილი როსტომაშვილი რუხაძე საგანელიძე სამხარაძე სანიკიძე სვანიძე სიგუა სიმონიშვილი სიხარულიძე
			სულაქველიძე ტალახაძე ტაბატაძე ტყემალაძე ტყეშელაშვილი უგულავა უგრეხელიძე ურუშაძე ფანჯიკიძე ფარჯიანი ფირცხალავა
			ფუტკარაძე ქადაგიშვილი ქაჯაია ქიმერიძე ქობალია ქურდაძე ღლონტი ღონღაძე ღუდუშაური ყაველაშვილი ყალაბეგიშვილი ყურაშვილი
			შანიძე შარაშენიძე შარვაშიძე შევარდნაძე შუბითიძე შუშანია ჩაჩანიძე ჩარკვიანი ჩიკვაიძე ჩიტაია ჩოგოვაძე ჩუბინიძე
			ჩხაიძე ჩხარტიშვილი ცაავა ცაბაძე ცინცაძე ცომაია ცხადაძე ცხვედიანი ძამაშვილი ძაგანია ძიძიგური წერეთელაშვილი წითელაშვილი
			წულუკიანი წულაძე ჭანიშვილი ჭეიშვილი ჭელიძე ჭიღვარია ჭყონია ხაბეიშვილი ხატიაშვილი ხერხეულიძე ხიდაშელი ხოშტარია
			ხურციძე ჯაიანი ჯალაღონია ჯაოშვილი ჯაყელი ჯინჭარაძე ჯიბლაძე ჯოხაძე ჯოჯუა ჯღამაია ჰაბურზანია`),
		suffixes: names("შვილი იძე იანი ავა ური ელია"),
		old:      names("წყალტუბელაძე ფოცხვერაშვილი ჭილლაძე ღრუბელაშვილი ჟამიერაშვილი ვერხვაძე"),
		home:     "GEO",
	}
}

// internationalNames returns names from other countries, which occur in Georgia too.
func internationalNames() population {
	return population{
		male: names(`Alexander Mehmet Sergey Artur David Ivan Thomas José Jean-Pierre Mohammed Dmitry Hans Søren Łukasz François Ángel
			João Luís Björn Jürgen Nguyễn Đặng Óscar Raúl André Zoltán István Ömer İbrahim Çağlar Şahin Yiğit Emre Murat Kerem Elchin
			Rəşad Vüqar Ramin Tigran Gevorg Hayk Armen Karen Vardan Aleksandr Vladimir Nikolai Pavel Yevgeny Anton Maksim Oleksandr
			Taras Bohdan Mykola Volodymyr Andrzej Paweł Krzysztof Wojciech Tomáš Jiří Václav Miloš Đorđe Željko Siniša Ștefan Gheorghe
			Seán Pádraig Cian Eoin Liam Hugh Owen Ian Rhys John Paul Mark Peter George Michael William Charles Karl-Heinz Hans-Jürgen
			Jean-Luc Jean-François Jan-Willem Pieter Sjoerd Håkon Øyvind Åke Göran Väinö Jyrki Þór Guðmundur Kristján Giuseppe Niccolò
			D'Angelo Ahmed Abdullah Abd-al-Rahman Hassan Hussein Youssef Omar Khalid Ravi Arjun Sanjay Wei Jun Ming Hiroshi Kenji Min-jun`),
		female: names(`Maria Elena Anna Fatma Olga Irina Natalia Sofía Chloé Zoë Anaïs Françoise Hélène Geneviève Marie-Claire Anne-Sophie
			Núria Inés Mónica Begoña Conceição Inês Lúcia Ayşe Çiğdem Gülşen Özlem Şule Elif Zeynep Leyla Günel Aygün Sevinc Anahit
			Lusine Gayane Nare Svetlana Tatiana Yekaterina Lyudmila Oksana Halyna Yuliia Kateryna Agnieszka Małgorzata Żaneta Bożena
			Zuzana Kateřina Lenka Jiřina Đurđa Snežana Ioana Ștefania Siobhán Aoife Niamh Gráinne Mary Sarah Emma Charlotte Rose-Marie
			Ann-Kathrin Jörgine Ingrid Åsa Solveig Sigríður Aino Päivi Giulia Chiara Francesca Noemi Aïcha Fatima Aaliyah Khadija Nour
			Priya Lakshmi Mei Ling Yuki Sakura Seo-yeon Thị`),
		last: names(`Mammadov Aliyev Ivanov Petrosyan Yılmaz Smirnov Müller García Smith Schmidt Kaya Demir Öztürk Çelik Şahin Grigoryan
			Sargsyan Harutyunyan Hovhannisyan Quliyev Həsənov İsmayılov Əliyev Novak Nowak Kowalski Wiśniewski Wójcik Dvořák Černý Svoboda
			Horváth Szabó Kovács Shevchenko Kovalenko Bondarenko Tkachenko Kuznetsov Popov Sokolov Lebedev Volkov Fernández González
			Rodríguez López Martínez Núñez Muñoz Ibáñez Peña Silva Santos Conceição Magalhães Gonçalves Araújo O'Brien O'Connor O'Neill
			O'Sullivan D'Souza D'Amico Dell'Acqua L'Hôpital N'Diaye McDonald MacLeod Saint-Exupéry Lefèvre Beauchêne Dubois Béranger
			Châtelain Müller-Lüdenscheidt Schäfer Weiß Groß Jäger Krüger Böhm Strauß Østergaard Sørensen Nygård Åkesson Lindström
			Sjöberg Mäkinen Hämäläinen Þórsson Jónsdóttir Rossi Bianchi Esposito Nguyen Trần Phạm Hoàng Nakamura Tanaka Kim Park Li
			Wang Zhang Singh Patel Sharma Kumar Al-Rashid Al-Farsi El-Sayed Ben-Ari Bar-Lev Haddad Khoury Rahimi Hosseini Popescu
			Ionescu Țurcanu Jovanović Đoković Petrović Živković Hadžić Castro-Urdiales Smith-Jones García-Lorca`),
		suffixes:    names("son sen ov ez escu ian"),
		particles:   []string{"de", "da", "dos", "van", "von", "bin", "del", "la"},
		old:         names("Quetzalcoatl Wojtyłowicz Featherstonehaugh Zwartkruis Ystradgynlais Kjærsgaard"),
		nationality: names("AZE TUR ARM RUS UKR DEU FRA ESP PRT POL CZE IRL GBR USA IND ISR IRN ITA ROU SRB SWE FIN JPN CHN"),
	}
}

// abroadNames returns the names of the second shape. None of them is in the first one.
func abroadNames() population {
	return population{
		male: names(`Aarav Baltasar Casimir Dovydas Edvīns Fabrício Gintaras Hrvoje Ignas Jānis Kęstutis Laimonas Mindaugas Nerijus Oisín
			Przemysław Quique Rimvydas Svetoslav Tautvydas Uldis Vytautas Wilfrid Xavier Yannick Žygimantas Bartholomew Cristóbal
			Dragoslav Eustachy Florentín Gonzalo Hjálmar Ingólfur Jokūbas Kjartan Ljubomir Matthäus Nikodem Orhan Plamen Radoslav
			Sigurður Tihomir Ulrich Vlastimil Wenceslas Ximeno Yordan Zbigniew Bogdan-Mihai Carlos-Alberto Dušan Eivind Ferenc`),
		female: names(`Agnė Birutė Cătălina Daiva Eglė Fernanda Gabrielė Henrike Ilze Jūratė Kristīne Laimdota Milda Neringa Ona Petronella
			Queralt Rasa Skaistė Toril Urszula Violeta Wilhelmine Xochitl Ysabel Živilė Beatriz Consuelo Dagný Eulàlia Filipa Gudrun
			Hedvig Iveta Jadwiga Krasimira Ljiljana Marija-Ana Nevena Ottilie Petra Ragnheiður Stanislava Tsvetelina Ulrika Vesna`),
		last: names(`Abramavičius Bērziņš Ceballos Daukantas Etxeberria Figueroa Grybauskas Hrušovský Ivanauskas Jankauskas Kazlauskas
			Liepiņš Mackevičius Navickas Ozoliņš Paulauskas Quiñones Rimkevičius Stankevičius Tamulevičius Urbonas Vasiliauskas
			Wyszyński Ximénez Ybarra Žukauskas Arrizabalaga Balčiūnas Čepaitis Domínguez Echevarría Fajardo Gutiérrez Hernández
			Izquierdo Jaramillo Krasniqi Lukšić Mitrović Nikolaidis Ollivier Papadopoulos Quintero Rasmussen Stoyanov Trajkovski
			Uribe Villanueva Wickström Xhaferi Yáñez Zabaleta Butkevičius Kalniņš Dobrovolskis Gerulaitis Hadjidimitriou`),
		suffixes:    names("aitis evičius iņš ević escu ides"),
		particles:   []string{"y", "de", "los", "af", "zu", "den"},
		old:         names("Skarbalius Vuorisalmi Mierzejewski Tchaikalov Oppenhuizen Zsigmondy"),
		nationality: names("LTU LVA EST ESP MEX COL CHL BGR MKD HRV GRC ISL DNK"),
	}
}

// hostile are texts that a false document might have to harm people who open the list or its
// export.
var hostile = []string{
	"=1+1", "=HYPERLINK(\"http://example.com\")", "+1-1", "-2+3", "@SUM(A1)", "<script>alert(1)</script>", "Robert'); DROP TABLE sessions;--",
	"Quote\"d", "Comma, Semi;colon", "Two\nlines", "100%_\\", "\u202eevil",
}
