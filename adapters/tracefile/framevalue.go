package tracefile

// value makes records of a top-level value whose first byte is c. Records that are too long are rejected and skipped; errors
// other than errTooLong leave the value unfinished.
func (f *jsonFramer) value(c byte) error {
	switch c {
	case '{':
		return f.object()
	case '[':
		return f.array()
	}
	return unexpectedError(c)
}

// object makes one record of an object, unless it has a list that is read element by element.
func (f *jsonFramer) object() error {
	o := object{f: f, line: f.s.line, buf: f.out.buffer()}
	o.start = len(o.buf)
	f.s.discard()
	o.buf = append(o.buf, '{')
	for {
		c, err := o.peek()
		switch {
		case err != nil:
			return err
		case c == '}':
			f.s.discard()
			return o.done()
		case c == ',':
			f.s.discard()
			o.buf = append(o.buf, c)
		case c == '"':
			if err := o.member(); err != nil {
				return err
			}
		default:
			return unexpectedError(c)
		}
	}
}

// object is an object being read.
type object struct {
	f        *jsonFramer
	line     int
	buf      []byte
	start    int
	streamed bool // its records are those of a list
	tooLong  bool
}

// peek keeps the line ends, so that errors can be placed.
func (o *object) peek() (byte, error) {
	line := o.f.s.line
	c, err := o.f.s.peek()
	for ; line < o.f.s.line && len(o.buf)-o.start < o.f.s.limit; line++ {
		o.buf = append(o.buf, '\n')
	}
	if err != nil {
		return 0, ended(err)
	}
	return c, nil
}

func (o *object) member() error {
	at := len(o.buf)
	if err := o.value(); err != nil {
		return err
	}
	elements, known := listOf(string(o.buf[min(at, len(o.buf)):]))
	c, err := o.peek()
	if err != nil {
		return err
	}
	if c != ':' {
		return unexpectedError(c)
	}
	o.f.s.discard()
	o.buf = append(o.buf, ':')
	if c, err = o.peek(); err != nil {
		return err
	}
	if !known || c != '[' {
		return o.value()
	}
	o.streamed = true
	o.buf = o.buf[:o.start]
	o.f.s.discard()
	err = o.f.elements(elements)
	o.buf = o.f.out.buffer()
	o.start = len(o.buf)
	return err
}

// value reads a name or a value; one too long makes the whole object too long.
func (o *object) value() (err error) {
	o.buf, err = o.f.s.value(o.buf)
	if err == errTooLong || len(o.buf)-o.start > o.f.s.limit {
		o.tooLong = true
		o.buf, err = o.buf[:o.start], nil
	}
	return err
}

func (o *object) done() error {
	switch {
	case o.streamed:
		return nil
	case o.tooLong:
		o.f.reject(o.line, errTooLong)
		return nil
	}
	return o.f.out.add(append(o.buf, '}'), unknown, o.line)
}
