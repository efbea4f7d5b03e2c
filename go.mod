module github.com/kvalifika/sessionkit

go 1.25.0

require (
	github.com/Masterminds/squirrel v1.5.4
	github.com/gocarina/gocsv v0.0.0-20240520201108-78e41c74b4b1
	github.com/google/uuid v1.6.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/text v0.41.0
)

require (
	github.com/lann/builder v0.0.0-20180802200727-47ae307949d0 // indirect
	github.com/lann/ps v0.0.0-20150810152359-62de8c46ede0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)
