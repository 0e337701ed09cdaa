module iosrc-bench

go 1.19

require iosrc v0.0.0

replace iosrc => ../../bindings/go
