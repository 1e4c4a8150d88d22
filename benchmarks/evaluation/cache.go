package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// cache keeps the results of searches in files, one for each strategy in each case, so that a run that was interrupted can go on. The zero value keeps nothing.
type cache struct{ folder, program string }

// openCache returns one in a folder, which it makes; an empty name is that of none. Results belong to the program as it was built: another one searches
// differently.
func openCache(folder string) (cache, error) {
	if folder == "" {
		return cache{}, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return cache{}, err
	}
	name, err := os.Executable()
	if err != nil {
		return cache{}, fmt.Errorf("-cache: which program this is cannot be told: %w", err)
	}
	program, err := os.Open(name)
	if err != nil {
		return cache{}, err
	}
	defer program.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, program)
	return cache{folder, fmt.Sprintf("%x", hash.Sum(nil))}, err
}

// trials returns what was kept under a key, or else searches and keeps that. What cannot be read counts as not kept.
func (c cache) trials(key string, search func() ([]trial, error)) (found []trial, known bool, err error) {
	if c.folder == "" {
		found, err = search()
		return found, false, err
	}
	file := filepath.Join(c.folder, fmt.Sprintf("%x.json", sha256.Sum256([]byte(c.program+"\n"+key))))
	if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, &found) == nil {
		return found, true, nil
	}
	if found, err = search(); err != nil {
		return nil, false, err
	}
	return found, false, keep(file, found)
}

// keep writes a file at once as a whole: whoever interrupts it leaves none that is half written.
func keep(file string, found []trial) error {
	text, err := json.Marshal(found)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
