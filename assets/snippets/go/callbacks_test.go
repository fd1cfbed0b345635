// Callbacks that WeChat posted, as tests: each is verified, decrypted and read with the standard library, then given to
// your code.
//
//	go test -v                                        # -v says what was skipped, and why
//	MENUSCOPE_TO=http://127.0.0.1:8080/wx go test -v  # posts them to your server, too
//
// The callbacks lie in callbacks/, a folder each. An export with pseudonyms brings the token and the key that verify
// and decrypt them; for any other they come from MENUSCOPE_TOKEN, MENUSCOPE_AES_KEY and MENUSCOPE_APP_ID. To renew the
// callbacks and keep what you have written here: menuscope export --format pack --out callbacks
//
// Answers are compared with the recorded ones by element, without those that "ignored" in manifest.json names, where your
// server, a rule or a person made them. MENUSCOPE_COMPARE=0 leaves that out; =1 compares in an export with pseudonyms,
// too, whose texts are others; =all also with menuscope's own "success".
package callbacks

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
)

// handle is where your code goes: what does it answer to this message? Nil is no answer.
func handle(message *Message) *Reply {
	return nil
}

// Message is what WeChat posts: the elements of the menu's events and of the commonest messages. Add what yours have.
type Message struct {
	ToUserName       string
	FromUserName     string
	CreateTime       int64
	MsgType          string
	Event            string
	EventKey         string
	MsgId            int64
	Content          string
	ScanCodeInfo     ScanCodeInfo
	SendPicsInfo     SendPicsInfo
	SendLocationInfo SendLocationInfo
}

// ScanCodeInfo is what a scan found; of a barcode, ScanResult begins with its symbology and a comma.
type ScanCodeInfo struct {
	ScanType   string
	ScanResult string
}

// SendPicsInfo names pictures that follow as messages. Count and the pictures listed need not agree.
type SendPicsInfo struct {
	Count    int
	Pictures []struct {
		PicMd5Sum string
	} `xml:"PicList>item"`
}

// SendLocationInfo is a place that was chosen: LocationX is the latitude.
type SendLocationInfo struct {
	LocationX float64 `xml:"Location_X"`
	LocationY float64 `xml:"Location_Y"`
	Scale     string
	Label     string
	Poiname   string
}

// Reply is a passive reply with a text.
type Reply struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   int64
	MsgType      string
	Content      string
}

const pack = "callbacks"

// WeChat waits no longer for an answer.
const patience = 5 * time.Second

type manifest struct {
	Menuscope int
	Published struct {
		Token          string
		EncodingAESKey string `json:"encoding_aes_key"`
	}
	Ignored []string
	Events  []entry
}

type entry struct {
	Folder     string
	Kind       string
	Mode       string
	Signature  string
	AppID      string `json:"app_id"`
	BodyLength *int64 `json:"body_length"`
	Message    string
	Reply      *struct {
		Status int
		Source string
		Body   string
	}
}

// callback is one recorded request, and what verifies and decrypts it.
type callback struct {
	entry
	token, aesKey, appID string
	compares             string
	ignored              []string

	method   string
	rawQuery string
	query    url.Values
	header   map[string]string
	body     []byte
}

func TestCallbacks(t *testing.T) {
	var manifest manifest
	readJSON(t, filepath.Join(pack, "manifest.json"), &manifest)
	if manifest.Menuscope != 1 {
		t.Fatalf("this file reads packs of version 1, not of %d", manifest.Menuscope)
	}
	for _, entry := range manifest.Events {
		c := &callback{
			entry:  entry,
			token:  either(manifest.Published.Token, os.Getenv("MENUSCOPE_TOKEN")),
			aesKey: either(manifest.Published.EncodingAESKey, os.Getenv("MENUSCOPE_AES_KEY")),
			appID:  either(entry.AppID, os.Getenv("MENUSCOPE_APP_ID")),

			compares: os.Getenv("MENUSCOPE_COMPARE"),
			ignored:  manifest.Ignored,
		}
		if c.compares == "" && manifest.Published.Token != "" {
			c.compares = "0"
		}
		t.Run(entry.Folder, func(t *testing.T) {
			c.readRequest(t)
			t.Run("signature", c.testSignature)
			t.Run("message", c.testMessage)
			t.Run("fields", c.testFields)
			t.Run("your handler", c.testHandler)
			t.Run("your server", c.testServer)
		})
	}
}

func (c *callback) testSignature(t *testing.T) {
	c.skipUnverifiable(t)
	err := c.verify()
	if c.isRefused() && err == nil {
		t.Fatal("a wrong signature passes")
	}
	if !c.isRefused() && err != nil {
		t.Fatal(err)
	}
}

func (c *callback) testMessage(t *testing.T) {
	c.skipWithoutMessage(t)
	message := c.body
	if c.isEncrypted() {
		message = c.decrypt(t)
	}
	if recorded := readFile(t, c.path(c.Message)); !bytes.Equal(message, recorded) {
		t.Fatalf("the message is\n%q, and was\n%q", message, recorded)
	}
}

func (c *callback) testFields(t *testing.T) {
	message := c.parse(t)
	fields := c.fields(t)
	for name, found := range map[string]any{
		"ToUserName":                  message.ToUserName,
		"FromUserName":                message.FromUserName,
		"CreateTime":                  message.CreateTime,
		"MsgType":                     message.MsgType,
		"Event":                       message.Event,
		"EventKey":                    message.EventKey,
		"MsgId":                       message.MsgId,
		"Content":                     message.Content,
		"ScanCodeInfo.ScanType":       message.ScanCodeInfo.ScanType,
		"ScanCodeInfo.ScanResult":     message.ScanCodeInfo.ScanResult,
		"SendPicsInfo.Count":          message.SendPicsInfo.Count,
		"SendLocationInfo.Location_X": message.SendLocationInfo.LocationX,
		"SendLocationInfo.Location_Y": message.SendLocationInfo.LocationY,
		"SendLocationInfo.Scale":      message.SendLocationInfo.Scale,
		"SendLocationInfo.Label":      message.SendLocationInfo.Label,
		"SendLocationInfo.Poiname":    message.SendLocationInfo.Poiname,
	} {
		if expected, ok := lookUp(fields, name).(string); ok && !same(found, expected) {
			t.Errorf("%s is %v, and was sent as %q", name, found, expected)
		}
	}
	pictures, _ := lookUp(fields, "SendPicsInfo.PicList").([]any)
	if len(pictures) != len(message.SendPicsInfo.Pictures) {
		t.Fatalf("%d pictures are read of %d", len(message.SendPicsInfo.Pictures), len(pictures))
	}
	for i, picture := range message.SendPicsInfo.Pictures {
		if expected := lookUp(pictures[i], "PicMd5Sum"); picture.PicMd5Sum != expected {
			t.Errorf("the MD5 of picture %d is %v, and was sent as %v", i+1, picture.PicMd5Sum, expected)
		}
	}
}

func (c *callback) testHandler(t *testing.T) {
	if c.isRefused() {
		t.Skip("its signature is wrong: your server never gets to the message")
	}
	message := c.parse(t)
	reply := handle(message)
	if reply == nil {
		return
	}
	if reply.ToUserName != message.FromUserName || reply.FromUserName != message.ToUserName {
		t.Errorf("the reply goes from %q to %q", reply.FromUserName, reply.ToUserName)
	}
	answer, err := xml.Marshal(reply)
	if err != nil {
		t.Fatal(err)
	}
	c.compare(t, answer)
}

// A server that checks how old a timestamp is wants it made anew: `menuscope replay --mode resign --to URL`.
func (c *callback) testServer(t *testing.T) {
	server := os.Getenv("MENUSCOPE_TO")
	switch {
	case server == "":
		t.Skip("MENUSCOPE_TO is not set: the URL of your server")
	case c.isRefused():
		t.Skip("its signature is wrong: your server should refuse it, in whichever way it does")
	case c.BodyLength != nil:
		t.Skip("only the beginning of its body was kept")
	}
	separator := "?"
	if strings.Contains(server, "?") {
		separator = "&"
	}
	request, err := http.NewRequest(c.method, server+separator+c.rawQuery, bytes.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", either(c.header["content-type"], "text/xml"))
	// Names the sender in the record of a menuscope on the way.
	request.Header.Set("X-Menuscope", "test")
	client := http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("answered with %s", response.Status)
	}
	if echostr := c.query.Get("echostr"); c.isHandshake() && string(answer) != echostr {
		t.Fatalf("answered with %q instead of %q", answer, echostr)
	}
	if _, ok := c.recordedAnswer(t); ok {
		c.compare(t, c.plaintext(t, answer))
	}
}

// recordedAnswer is the answer to compare with, if there is one and it is to be compared.
func (c *callback) recordedAnswer(t *testing.T) ([]byte, bool) {
	reply := c.Reply
	if c.compares == "0" || c.isHandshake() || reply == nil || reply.Status != http.StatusOK {
		return nil, false
	}
	if c.compares != "all" && (reply.Source == "default" || reply.Source == "none") {
		return nil, false
	}
	return readFile(t, c.path(reply.Body)), true
}

// plaintext is an answer without its encryption.
func (c *callback) plaintext(t *testing.T, answer []byte) []byte {
	var envelope struct{ Encrypt string }
	if !c.isEncrypted() || xml.Unmarshal(answer, &envelope) != nil || envelope.Encrypt == "" {
		return answer
	}
	skipWithout(t, c.aesKey, "MENUSCOPE_AES_KEY")
	message, _, err := decrypt(strings.TrimSpace(envelope.Encrypt), c.aesKey)
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// compare compares an answer with the recorded one: by element where both are messages, else as texts.
func (c *callback) compare(t *testing.T, answer []byte) {
	recorded, ok := c.recordedAnswer(t)
	if !ok {
		return
	}
	was, wasMessage := leaves(recorded, c.ignored)
	found, isMessage := leaves(answer, c.ignored)
	if !wasMessage || !isMessage {
		if !bytes.Equal(answer, recorded) {
			t.Errorf("the answer is %q, and was recorded as %q", answer, recorded)
		}
		return
	}
	for path, text := range was {
		if now, ok := found[path]; !ok || now != text {
			t.Errorf("%s of the answer is %q, and was recorded as %q", path, now, text)
		}
	}
	for path, text := range found {
		if _, ok := was[path]; !ok {
			t.Errorf("the answer has %s, %q, which was not recorded", path, text)
		}
	}
}

// leaves are the texts of a message by their paths, without what is ignored.
func leaves(message []byte, ignored []string) (map[string]string, bool) {
	type element struct {
		XMLName  xml.Name
		Text     string    `xml:",chardata"`
		Children []element `xml:",any"`
	}
	var root element
	if xml.Unmarshal(message, &root) != nil {
		return nil, false
	}
	skipped := map[string]bool{}
	for _, name := range ignored {
		skipped[name] = true
	}
	found := map[string]string{}
	var walk func(element, string)
	walk = func(parent element, path string) {
		alike, before := map[string]int{}, map[string]int{}
		for _, child := range parent.Children {
			alike[child.XMLName.Local]++
		}
		for _, child := range parent.Children {
			name := child.XMLName.Local
			before[name]++
			step := path + name
			if alike[name] > 1 {
				step = fmt.Sprintf("%s[%d]", step, before[name])
			}
			switch {
			case skipped[name]:
			case len(child.Children) > 0:
				walk(child, step+"/")
			default:
				found[step] = child.Text
			}
		}
	}
	walk(root, "")
	return found, true
}

func (c *callback) isHandshake() bool { return c.Kind == "handshake" }
func (c *callback) isEncrypted() bool { return c.Mode != "plain" }
func (c *callback) isRefused() bool   { return c.Signature == "invalid" || c.Signature == "missing" }
func (c *callback) isJSON() bool      { return bytes.HasPrefix(bytes.TrimSpace(c.body), []byte("{")) }

func (c *callback) path(name string) string { return filepath.Join(pack, c.Folder, name) }

func (c *callback) readRequest(t *testing.T) {
	head, body, _ := bytes.Cut(readFile(t, c.path("request.http")), []byte("\r\n\r\n"))
	requestLine, headers, _ := strings.Cut(string(head), "\r\n")
	method, rest, _ := strings.Cut(requestLine, " ")
	target, _, _ := strings.Cut(rest, " ")
	_, c.rawQuery, _ = strings.Cut(target, "?")
	// Of a parameter that comes twice, Get takes the first; what cannot be decoded is left out.
	c.query, _ = url.ParseQuery(c.rawQuery)
	c.method, c.body, c.header = method, body, map[string]string{}
	for _, header := range strings.Split(headers, "\r\n") {
		name, value, _ := strings.Cut(header, ": ")
		c.header[name] = value
	}
}

// verify is what a server does first. It takes msg_signature for an encrypted message and signature for any other.
func (c *callback) verify() error {
	name, parts := "signature", []string{c.token, c.query.Get("timestamp"), c.query.Get("nonce")}
	if c.isEncrypted() {
		encrypted, err := c.encrypted()
		if err != nil {
			return err
		}
		name, parts = "msg_signature", append(parts, encrypted)
	}
	sort.Strings(parts)
	expected := fmt.Sprintf("%x", sha1.Sum([]byte(strings.Join(parts, ""))))
	if subtle.ConstantTimeCompare([]byte(expected), []byte(c.query.Get(name))) != 1 {
		return fmt.Errorf("%s is %q, and should be %q", name, c.query.Get(name), expected)
	}
	return nil
}

// encrypted is the encrypted part of a body.
func (c *callback) encrypted() (string, error) {
	var envelope struct{ Encrypt string }
	unmarshal := xml.Unmarshal
	if c.isJSON() {
		unmarshal = json.Unmarshal
	}
	err := unmarshal(c.body, &envelope)
	return strings.TrimSpace(envelope.Encrypt), err
}

func (c *callback) decrypt(t *testing.T) []byte {
	c.skipUnverifiable(t)
	skipWithout(t, c.aesKey, "MENUSCOPE_AES_KEY")
	skipWithout(t, c.appID, "MENUSCOPE_APP_ID")
	if err := c.verify(); err != nil {
		t.Fatal(err)
	}
	encrypted, err := c.encrypted()
	if err != nil {
		t.Fatal(err)
	}
	message, appID, err := decrypt(encrypted, c.aesKey)
	if err != nil {
		t.Fatal(err)
	}
	if appID != c.appID {
		t.Fatalf("the message is for %q, not for %q", appID, c.appID)
	}
	return message
}

// decrypt opens 16 random bytes, the message's length in four, the message, and the AppID it is for.
func decrypt(encrypted, encodingAESKey string) (message []byte, appID string, err error) {
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil {
		return nil, "", fmt.Errorf("the EncodingAESKey is none: %w", err)
	}
	opened, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return nil, "", fmt.Errorf("the encrypted part is no base64: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, "", err
	}
	if len(opened) == 0 || len(opened)%aes.BlockSize != 0 {
		return nil, "", errors.New("the encrypted part breaks off")
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(opened, opened)
	// Padded to blocks of 32, so by up to 32 bytes.
	end := len(opened) - int(opened[len(opened)-1])
	if end < 20 || end < len(opened)-32 {
		return nil, "", errors.New("the padding is none: another key?")
	}
	length := binary.BigEndian.Uint32(opened[16:20])
	if uint64(length) > uint64(end-20) {
		return nil, "", errors.New("the message is shorter than it says")
	}
	rest := opened[20:end]
	return rest[:length], string(rest[length:]), nil
}

func (c *callback) parse(t *testing.T) *Message {
	c.skipWithoutMessage(t)
	if strings.HasSuffix(c.Message, ".json") {
		t.Skip("the message is JSON, and Message is read from XML")
	}
	var message Message
	if err := xml.Unmarshal(readFile(t, c.path(c.Message)), &message); err != nil {
		t.Skipf("encoding/xml cannot read the message: %v", err)
	}
	return &message
}

// fields is every element of the message by its official name, its text exactly as it was sent.
func (c *callback) fields(t *testing.T) any {
	var decoded struct{ Fields any }
	readJSON(t, c.path("decoded.json"), &decoded)
	return decoded.Fields
}

func (c *callback) skipUnverifiable(t *testing.T) {
	if c.Signature == "unchecked" {
		t.Skip("no token was known when it was recorded: what its signature is worth is open")
	}
	skipWithout(t, c.token, "MENUSCOPE_TOKEN")
}

func (c *callback) skipWithoutMessage(t *testing.T) {
	switch {
	case c.isHandshake():
		t.Skip("a handshake has no message")
	case c.BodyLength != nil:
		t.Skip("only the beginning of its body was kept")
	case c.Kind == "unreadable" || c.Message == "":
		t.Skip("no message could be read when it was recorded")
	}
}

func skipWithout(t *testing.T, secret, name string) {
	if secret == "" {
		t.Skipf("%s is not set, and the pack does not publish it", name)
	}
}

// lookUp finds a text, a list or an object by its path.
func lookUp(fields any, path string) any {
	for _, name := range strings.Split(path, ".") {
		members, _ := fields.(map[string]any)
		fields = members[name]
	}
	return fields
}

// lineEnds are read as one kind by every parser of XML.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// same compares what was read with the text that was sent.
func same(found any, sent string) bool {
	if text, ok := found.(string); ok {
		return lineEnds.Replace(text) == lineEnds.Replace(sent)
	}
	// A number can be written in more than one way, and an empty element reads as zero.
	sent = either(strings.TrimSpace(sent), "0")
	number, err := strconv.ParseFloat(sent, 64)
	return fmt.Sprint(found) == sent || err == nil && fmt.Sprint(found) == fmt.Sprint(number)
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

func readFile(t *testing.T, path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readJSON(t *testing.T, path string, into any) {
	if err := json.Unmarshal(readFile(t, path), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
