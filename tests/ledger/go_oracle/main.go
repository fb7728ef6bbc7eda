// A second implementation for the tests: verifies checkpoints, inclusion and consistency proofs of Brightline's ledger with
// golang.org/x/mod/sumdb (note, tlog), which shares no code with ours. Reads one JSON object a line from stdin and answers
// with one line each: "ok", or "refused: " and the reason.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// claim is what is to be verified. Kind is "checkpoint", "inclusion" (entry in the tree of note, by the tlog-proof text)
// or "consistency" (the tree of old is the beginning of the tree of note).
type claim struct {
	Kind   string   `json:"kind"`
	Vkey   string   `json:"vkey"`
	Note   string   `json:"note"`
	Old    string   `json:"old"`
	Entry  []byte   `json:"entry"`
	Proof  string   `json:"proof"`
	Hashes []string `json:"hashes"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		var c claim
		err := json.Unmarshal(lines.Bytes(), &c)
		if err == nil {
			err = c.verify()
		}
		if err != nil {
			fmt.Fprintf(out, "refused: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Fprintln(out, "ok")
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (c *claim) verify() error {
	switch c.Kind {
	case "checkpoint":
		_, err := c.tree(c.Note)
		return err
	case "inclusion":
		return c.inclusion()
	case "consistency":
		return c.consistency()
	}
	return errors.New("unknown kind")
}

func (c *claim) inclusion() error {
	head, checkpoint, found := strings.Cut(c.Proof, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	hashes, err := parseHashes(lines[2:])
	if err != nil {
		return err
	}
	tree, err := c.tree(checkpoint)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(c.Entry))
}

func (c *claim) consistency() error {
	older, err := c.tree(c.Old)
	if err != nil {
		return err
	}
	newer, err := c.tree(c.Note)
	if err != nil {
		return err
	}
	hashes, err := parseHashes(c.Hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes, newer.N, newer.Hash, older.N, older.Hash)
}

// tree opens a signed checkpoint (c2sp.org/tlog-checkpoint) of the log that has the key's name.
func (c *claim) tree(signed string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(c.Vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := parseHashes(lines[2:3])
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.Tree{N: size, Hash: root[0]}, nil
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil {
			return nil, err
		}
		if len(raw) != tlog.HashSize {
			return nil, errors.New("a hash has the wrong length")
		}
		copy(hashes[i][:], raw)
	}
	return hashes, nil
}
