module domicile.example/foreign-verifier

go 1.25

require golang.org/x/mod v0.37.0
