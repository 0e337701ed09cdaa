module iosrc

go 1.19
