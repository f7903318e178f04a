// Checks what a ledger serves with the verifier of the Go project, golang.org/x/mod/sumdb, which is unchanged in vendor/.
// This file only hands it what was downloaded: usage: verifier DIR VKEY.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var directory = os.Args[1]

func read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(directory, filepath.FromSlash(name)))
}

// checkpoint opens a signed note by the key, and reads its tree (C2SP tlog-checkpoint).
func checkpoint(text []byte, key note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 3 || lines[0] != key.Name() {
		return tlog.Tree{}, errors.New("no checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// tiles reads tiles of height 8 from the directory, by the paths of C2SP tlog-tiles.
type tiles struct{}

func (tiles) Height() int { return 8 }
func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for at, tile := range wanted {
		data, err := read("tile/" + strings.TrimPrefix(tile.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		found[at] = data
	}
	return found, nil
}
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// entries reads the entries of a tile: each after its length in two bytes.
func entries(bundle []byte) ([][]byte, error) {
	var found [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, errors.New("a bundle of entries ends within a length")
		}
		length := int(bundle[0])<<8 | int(bundle[1])
		if len(bundle) < 2+length {
			return nil, errors.New("a bundle of entries ends within an entry")
		}
		found = append(found, bundle[2:2+length])
		bundle = bundle[2+length:]
	}
	return found, nil
}

// checkEntries compares each entry with its leaf, of tiles that the verifier authenticates by the root.
func checkEntries(tree tlog.Tree) error {
	hashes := tlog.TileHashReader(tree, tiles{})
	for first := int64(0); first < tree.N; first += 256 {
		width := min(256, tree.N-first)
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		bundle, err := read("tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/"))
		if err != nil {
			return err
		}
		records, err := entries(bundle)
		if err != nil {
			return err
		}
		if int64(len(records)) != width {
			return fmt.Errorf("%d entries where the tree has %d", len(records), width)
		}
		indexes := make([]int64, width)
		for at := range indexes {
			indexes[at] = tlog.StoredHashIndex(0, first+int64(at))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for at, record := range records {
			if leaves[at] != tlog.RecordHash(record) {
				return fmt.Errorf("entry %d is not the one that was hashed", first+int64(at))
			}
		}
	}
	return nil
}

func hashesIn(lines []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(lines))
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// checkProof checks a proof of inclusion that stands alone (C2SP tlog-proof).
func checkProof(text []byte, key note.Verifier) error {
	head, signed, isThere := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !isThere || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("no proof")
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	hashes, err := hashesIn(lines[3:])
	if err != nil {
		return err
	}
	tree, err := checkpoint(signed, key)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(tlog.RecordProof(hashes), tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func check(vkey string) error {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	text, err := read("checkpoint")
	if err != nil {
		return err
	}
	tree, err := checkpoint(text, key)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := checkEntries(tree); err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	proofs, err := filepath.Glob(filepath.Join(directory, "*.tlog-proof"))
	if err != nil {
		return err
	}
	for _, file := range proofs {
		proof, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := checkProof(proof, key); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	text, err = read("earlier")
	if err != nil {
		return err
	}
	earlier, err := checkpoint(text, key)
	if err != nil {
		return fmt.Errorf("earlier: %w", err)
	}
	text, err = read("consistency")
	if err != nil {
		return err
	}
	hashes, err := hashesIn(strings.Fields(string(text)))
	if err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	if err := tlog.CheckTree(tlog.TreeProof(hashes), tree.N, tree.Hash, earlier.N, earlier.Hash); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	fmt.Printf("%d entries, %d proofs, and all of the tree of %d\n", tree.N, len(proofs), earlier.N)
	return nil
}

func main() {
	if err := check(os.Args[2]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
