"""`make agreement-mutants`: each key of the worked example is changed, and the test named for it must notice."""
