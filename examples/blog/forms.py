"""What a visitor typed, checked: each form knows its own errors, by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import String, select
from sqlalchemy.orm import InstrumentedAttribute

from models import Comment, Post, Tag, User, db

LONGEST_TEXT = 16_000
"""MySQL's TEXT holds 65,535 bytes, and a character may take four."""


@dataclass
class CommentForm:
    name: str = ""
    body: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> CommentForm:
        form = cls(name=text(typed, "name"), body=text(typed, "body"))
        require(form.errors, name=form.name, body=form.body)
        limit(form.errors, Comment.name, form.name)
        limit(form.errors, Comment.body, form.body)
        return form


@dataclass
class PostForm:
    username: str = ""
    email: str = ""
    title: str = ""
    body: str = ""
    tags: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> PostForm:
        form = cls(
            username=text(typed, "username"),
            email=text(typed, "email"),
            title=text(typed, "title"),
            body=text(typed, "body"),
            tags=text(typed, "tags"),
        )
        form.check()
        return form

    def check(self) -> None:
        """Fill ``errors`` with what can't be saved."""
        require(
            self.errors,
            username=self.username,
            email=self.email,
            title=self.title,
            body=self.body,
        )
        limit(self.errors, User.username, self.username)
        limit(self.errors, User.email, self.email)
        limit(self.errors, Post.title, self.title)
        limit(self.errors, Post.body, self.body)
        if any(len(name) > length_of(Tag.name) for name in self.tag_names()):
            self.errors["tags"] = f"A tag has at most {length_of(Tag.name)} characters."
        if not self.errors:
            self.check_author()

    def check_author(self) -> None:
        """A name and an e-mail address belong to one person."""
        same = User.username == self.username, User.email == self.email
        for user in db.session.scalars(select(User).where(same[0] | same[1])):
            if user.email != self.email:
                self.errors["email"] = f"{user.username} writes here with another address."
            elif user.username != self.username:
                self.errors["username"] = f"This address belongs to {user.username}."

    def tag_names(self) -> list[str]:
        """The tags, in small letters, each once, in the order they were typed."""
        names = (name.strip().lower() for name in self.tags.split(","))
        return list(dict.fromkeys(name for name in names if name))

    def to_post(self) -> Post:
        """The post, with its author and tags: those that exist are used again."""
        author = find(User, username=self.username) or User(
            username=self.username, email=self.email
        )
        tags = [find(Tag, name=name) or Tag(name=name) for name in self.tag_names()]
        return Post(title=self.title, body=self.body, author=author, tags=tags)


def text(typed: Mapping[str, str], name: str) -> str:
    """A field without the blanks around it, and without NUL, which PostgreSQL can't store."""
    return typed.get(name, "").replace("\0", "").strip()


def require(errors: dict[str, str], **values: str) -> None:
    errors.update({name: "Please fill this in." for name, value in values.items() if not value})


def limit(errors: dict[str, str], column: InstrumentedAttribute[str], value: str) -> None:
    if len(value) > length_of(column):
        errors[column.key] = f"At most {length_of(column)} characters."


def length_of(column: InstrumentedAttribute[str]) -> int:
    """How long a value the column holds: the models say it once, for forms and migrations."""
    assert isinstance(column.type, String)
    return column.type.length or LONGEST_TEXT


def find(model: type, **values: str) -> object | None:
    return db.session.scalar(select(model).filter_by(**values))
